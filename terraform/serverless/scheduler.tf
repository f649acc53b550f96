locals {
  # A look at every stored object is slow, so objects without a task are removed at night only.
  sweeps = {
    sweep  = { schedule = var.sweep_schedule, query = "", description = "Lost messages, expired leases, expired uploads and tokens." }
    strays = { schedule = var.strays_schedule, query = "?strays=true", description = "The same, and stored objects without a task." }
  }
}

resource "google_cloud_scheduler_job" "sweep" {
  for_each = local.sweeps

  name             = "${var.name}-${each.key}"
  region           = var.region
  description      = each.value.description
  schedule         = each.value.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "600s"

  retry_config {
    retry_count          = 1
    min_backoff_duration = "30s"
  }

  http_target {
    uri         = "${module.function["sweep"].uri}/${each.value.query}"
    http_method = "POST"

    oidc_token {
      service_account_email = google_service_account.schedule.email
      audience              = local.audience.sweep
    }
  }
}
