resource "google_compute_backend_service" "api" {
  name                            = "${var.name}-api"
  protocol                        = "HTTP"
  port_name                       = "http"
  load_balancing_scheme           = "EXTERNAL_MANAGED"
  health_checks                   = [google_compute_health_check.api.id]
  security_policy                 = module.front.security_policy
  connection_draining_timeout_sec = 60
  # An original of 2 GB over a slow line takes this long.
  timeout_sec = 3600

  backend {
    group                 = google_compute_region_instance_group_manager.api.instance_group
    balancing_mode        = "RATE"
    max_rate_per_instance = var.api_requests_per_second
  }

  log_config {
    enable      = true
    sample_rate = 1
  }
}

module "front" {
  source = "../modules/front"

  name                = var.name
  host                = var.host
  labels              = local.labels
  default_backend     = google_compute_backend_service.api.id
  requests_per_minute = var.requests_per_minute
  logins_per_minute   = var.logins_per_minute
}
