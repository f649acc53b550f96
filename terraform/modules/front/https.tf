resource "google_compute_url_map" "https" {
  name            = var.name
  default_service = var.default_backend

  dynamic "host_rule" {
    for_each = length(var.routes) > 0 ? [1] : []

    content {
      hosts        = [var.host]
      path_matcher = "routes"
    }
  }

  dynamic "path_matcher" {
    for_each = length(var.routes) > 0 ? [1] : []

    content {
      name            = "routes"
      default_service = var.default_backend

      dynamic "path_rule" {
        for_each = var.routes

        content {
          paths   = path_rule.value.paths
          service = path_rule.value.backend
        }
      }
    }
  }
}

resource "google_compute_target_https_proxy" "this" {
  name             = var.name
  url_map          = google_compute_url_map.https.id
  ssl_certificates = [google_compute_managed_ssl_certificate.this.id]
  ssl_policy       = google_compute_ssl_policy.this.id
}

resource "google_compute_global_forwarding_rule" "https" {
  name                  = "${var.name}-https"
  target                = google_compute_target_https_proxy.this.id
  ip_address            = google_compute_global_address.this.id
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  labels                = var.labels
}
