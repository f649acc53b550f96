# Only the traffic of these rules comes in: Google's load balancers and health checks to the API's port.
resource "google_compute_firewall" "health_and_load_balancer" {
  name        = "${var.name}-load-balancer"
  network     = module.network.name
  description = "Google's front ends and health checks, https://cloud.google.com/load-balancing/docs/health-check-concepts."
  direction   = "INGRESS"

  source_ranges           = ["35.191.0.0/16", "130.211.0.0/22"]
  target_service_accounts = [google_service_account.api.email]

  allow {
    protocol = "tcp"
    ports    = [tostring(local.port)]
  }
}

# People come in through Identity-Aware Proxy, which asks who they are first.
resource "google_compute_firewall" "ssh" {
  count = var.ssh ? 1 : 0

  name        = "${var.name}-ssh"
  network     = module.network.name
  description = "SSH by IAP TCP forwarding only."
  direction   = "INGRESS"

  source_ranges = ["35.235.240.0/20"]
  target_tags   = [var.name]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }

  log_config {
    metadata = "EXCLUDE_ALL_METADATA"
  }
}

resource "google_compute_firewall" "nfs" {
  count = local.nfs_machine ? 1 : 0

  name        = "${var.name}-nfs"
  network     = module.network.name
  description = "NFSv4 from API and worker machines."
  direction   = "INGRESS"

  source_service_accounts = values(local.accounts)
  target_service_accounts = [google_service_account.nfs[0].email]

  allow {
    protocol = "tcp"
    ports    = ["2049"]
  }
}
