module "conversions" {
  source = "../modules/conversions"

  project_number = local.project_number
  region         = var.region
  labels         = local.labels
  topic          = "${var.name}-conversions"
  subscription   = "${var.name}-convert"
  publishers     = { for key in setintersection(["api", "tasks", "uploaded", "convert", "sweep"], local.targets) : key => local.accounts[key] }
  viewers        = { for key in setintersection(["api", "site"], local.targets) : key => local.accounts[key] }

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
