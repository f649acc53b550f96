resource "google_cloud_scheduler_job" "sweep" {
  name             = "${var.name}-sweep"
  region           = var.region
  description      = "Lost messages, dead leases, expired uploads, stray objects, retention."
  schedule         = var.sweep_schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "600s"

  retry_config {
    retry_count          = 1
    min_backoff_duration = "30s"
  }

  http_target {
    uri         = module.function["sweep"].uri
    http_method = "POST"

    oidc_token {
      service_account_email = google_service_account.schedule.email
      audience              = local.audience.sweep
    }
  }
}
