# Smoke tests of candidates before they get traffic. Services accept requests from inside only, and Cloud Build is outside. A job
# whose requests all go through the network is inside.
resource "google_service_account" "smoke" {
  account_id   = "${var.name}-smoke"
  display_name = "Tonemill smoke"
  description  = "Account of the smoke tests on candidates."
  depends_on   = [google_project_service.this]
}

resource "google_cloud_run_v2_job" "smoke" {
  name                = "${var.name}-smoke"
  location            = var.region
  labels              = local.labels
  deletion_protection = var.deletion_protection

  template {
    task_count  = 1
    parallelism = 1
    labels      = local.labels

    template {
      service_account = google_service_account.smoke.email
      timeout         = "600s"
      max_retries     = 0

      vpc_access {
        egress = "ALL_TRAFFIC"

        network_interfaces {
          network    = module.network.id
          subnetwork = module.network.subnetwork
          tags       = ["${var.name}-smoke"]
        }
      }

      containers {
        image   = var.smoke_image
        command = ["sh"]
        args    = ["-c", file("${path.module}/files/smoke.sh")]

        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }

        # Audience of the tokens; the pipeline adds CANDIDATES, a list of NAME=URL.
        env {
          name  = "AUDIENCE"
          value = local.audiences
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [annotations, client, client_version]
  }
}
