# With QUEUE=postgres nothing of this is needed.
module "conversions" {
  source = "../modules/conversions"
  count  = local.pubsub ? 1 : 0

  project_number = local.project_number
  region         = var.region
  labels         = local.labels
  topic          = "${var.name}-conversions"
  subscription   = "${var.name}-conversions-worker"
  publishers     = local.accounts
  viewers        = local.accounts
  subscribers    = { worker = google_service_account.worker.email }

  depends_on = [google_project_service.this]
}
