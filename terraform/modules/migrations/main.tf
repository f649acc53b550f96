# Migrates the schema and grants each account its rights. Only this job's account owns the tables.
resource "google_service_account" "this" {
  account_id   = var.name
  display_name = "Tonemill migrations"
  description  = "Account of the migration job."
}

resource "google_secret_manager_secret_iam_member" "reader" {
  secret_id = var.owner_url_secret
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.this.email}"
}

resource "google_cloud_run_v2_job" "this" {
  name                = var.name
  location            = var.region
  labels              = var.labels
  deletion_protection = var.deletion_protection

  template {
    task_count  = 1
    parallelism = 1
    labels      = var.labels

    template {
      service_account = google_service_account.this.email
      timeout         = "900s"
      max_retries     = 1

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"

        network_interfaces {
          network    = var.network
          subnetwork = var.subnetwork
          tags       = [var.name]
        }
      }

      containers {
        # Cloud Build puts the release here, as in the services.
        image = "us-docker.pkg.dev/cloudrun/container/job"
        # The launcher of buildpacks knows where Node.js is.
        command = ["launcher"]
        args    = ["npm", "run", "migrate"]

        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }

        env {
          name  = "NODE_ENV"
          value = "production"
        }

        env {
          name  = "DATABASE"
          value = "url"
        }

        # Logins that get rights: the database's name of each account, by its role.
        env {
          name  = "DATABASE_GRANTS"
          value = jsonencode(var.grants)
        }

        env {
          name = "DATABASE_URL"

          value_source {
            secret_key_ref {
              secret  = var.owner_url_secret
              version = "latest"
            }
          }
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [
      annotations,
      client,
      client_version,
      template[0].annotations,
      template[0].template[0].containers[0].image,
      template[0].template[0].containers[0].name,
    ]
  }

  depends_on = [google_secret_manager_secret_iam_member.reader]
}
