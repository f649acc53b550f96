# One function: its Cloud Run service, its secrets, and who may call it. Cloud Build owns image and traffic.
resource "google_cloud_run_v2_service" "this" {
  name                = var.name
  location            = var.region
  description         = "Tonemill function ${var.function}."
  labels              = var.labels
  ingress             = var.ingress
  custom_audiences    = var.audience == null ? null : [var.audience]
  deletion_protection = var.deletion_protection

  template {
    labels                           = var.labels
    service_account                  = var.account.email
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.concurrency
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"

    scaling {
      min_instance_count = var.min_instances
      max_instance_count = var.max_instances
    }

    vpc_access {
      egress = var.egress

      network_interfaces {
        network    = var.network
        subnetwork = var.subnetwork
        tags       = concat([var.name], var.network_tags)
      }
    }

    containers {
      # A placeholder until Cloud Build deploys the first revision.
      image = "us-docker.pkg.dev/cloudrun/container/hello"

      resources {
        limits            = { cpu = tostring(var.cpu), memory = var.memory }
        cpu_idle          = true
        startup_cpu_boost = true
      }

      ports {
        container_port = 8080
      }

      startup_probe {
        period_seconds    = 2
        failure_threshold = 30
        timeout_seconds   = 2

        tcp_socket {
          port = 8080
        }
      }

      dynamic "env" {
        for_each = merge(var.environment, { FUNCTION_TARGET = var.function })

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.secrets

        content {
          name = env.key

          value_source {
            secret_key_ref {
              secret  = env.value
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
      build_config,
      client,
      client_version,
      template[0].annotations,
      template[0].containers[0].base_image_uri,
      template[0].containers[0].image,
      template[0].containers[0].name,
      template[0].revision,
      traffic,
    ]
  }

  depends_on = [google_secret_manager_secret_iam_member.reader]
}
