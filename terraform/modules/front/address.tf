# The one public address.
resource "google_compute_global_address" "this" {
  name         = var.name
  address_type = "EXTERNAL"
  ip_version   = "IPV4"
  labels       = var.labels
}

# A certificate can't change its names, and a proxy always needs one: the next is made before the last goes.
resource "google_compute_managed_ssl_certificate" "this" {
  name = "${var.name}-${substr(sha256(var.host), 0, 8)}"

  managed {
    domains = [var.host]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_ssl_policy" "this" {
  name            = var.name
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}
