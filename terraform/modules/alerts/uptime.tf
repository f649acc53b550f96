resource "google_monitoring_uptime_check_config" "health" {
  display_name = "${var.name} health"
  timeout      = "10s"
  period       = "60s"
  user_labels  = var.labels

  http_check {
    path         = "/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project, host = var.host }
  }

  # Another host needs another check, and Google deletes none that a policy names.
  lifecycle {
    create_before_destroy = true
  }
}

locals {
  uptime = {
    display_name = "The site does not answer"
    filter       = "resource.type = \"uptime_url\" AND metric.type = \"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.label.check_id = \"${google_monitoring_uptime_check_config.health.uptime_check_id}\""
    aligner      = "ALIGN_NEXT_OLDER"
    reducer      = "REDUCE_COUNT_FALSE"
    group_by     = ["resource.label.host"]
    threshold    = 1
    minutes      = 2
    severity     = "CRITICAL"
    remedy       = "GET https://${var.host}/health failed from two places or more. Look at the logs of the load balancer where there is one, then at the revisions that take traffic."
  }
}
