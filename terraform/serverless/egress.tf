# Functions that read files of users, or need nothing outside, reach Google's APIs and the database. The two that ask servers of
# users, transfer and sweep, run no program on a file; they reach public addresses without the network.
# Name servers and the metadata server are part of the platform; no rule of a firewall holds for them.
locals {
  # private.googleapis.com, https://cloud.google.com/vpc/docs/configure-private-google-access.
  google_apis = { range = "199.36.153.8/30", addresses = ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"] }

  # Network tag of the functions that these rules hold for.
  enclosed = "${var.name}-enclosed"

  allowed_egress = {
    google-apis = { range = local.google_apis.range, port = "443", description = "Google's APIs, at their private address." }
    # The port of Cloud SQL's connectors.
    database = { range = module.network.services_range, port = "3307", description = "The database." }
  }
}

resource "google_compute_firewall" "allowed_egress" {
  for_each = local.allowed_egress

  name        = "${var.name}-${each.key}"
  network     = module.network.name
  description = each.value.description
  direction   = "EGRESS"
  priority    = 1000

  destination_ranges = [each.value.range]
  target_tags        = [local.enclosed]

  allow {
    protocol = "tcp"
    ports    = [each.value.port]
  }
}

resource "google_compute_firewall" "no_other_egress" {
  name        = "${var.name}-no-other-egress"
  network     = module.network.name
  description = "Denies all other connections of functions that ask no server of users."
  direction   = "EGRESS"
  priority    = 2000

  destination_ranges = ["0.0.0.0/0"]
  target_tags        = [local.enclosed]

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "EXCLUDE_ALL_METADATA"
  }
}

# Client libraries ask for names such as storage.googleapis.com; in this network they get the private address.
resource "google_dns_managed_zone" "google_apis" {
  #checkov:skip=CKV_GCP_16:Cloud DNS signs public zones only.
  name        = "${var.name}-googleapis"
  dns_name    = "googleapis.com."
  description = "Names of Google's APIs at their private address."
  visibility  = "private"
  labels      = local.labels

  private_visibility_config {
    networks {
      network_url = module.network.id
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_dns_record_set" "google_apis" {
  for_each = {
    private = { name = "private.googleapis.com.", type = "A", values = local.google_apis.addresses }
    all     = { name = "*.googleapis.com.", type = "CNAME", values = ["private.googleapis.com."] }
  }

  managed_zone = google_dns_managed_zone.google_apis.name
  name         = each.value.name
  type         = each.value.type
  ttl          = 300
  rrdatas      = each.value.values
}
