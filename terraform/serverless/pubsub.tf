module "conversions" {
  source = "../modules/conversions"

  project_number = local.project_number
  region         = var.region
  labels         = local.labels
  topic          = "${var.name}-conversions"
  subscription   = "${var.name}-convert"
  publishers     = { for key in ["tasks", "uploaded", "sweep"] : key => local.accounts[key] }
  viewers        = { site = local.accounts.site }

  push = {
    endpoint = module.function["convert"].uri
    account  = google_service_account.push.email
    audience = local.audience.convert
  }

  dead_letter_push = {
    endpoint = module.function["dead-letter"].uri
    account  = google_service_account.push.email
    audience = local.audience.dead-letter
  }

  depends_on = [google_project_service.this]
}
