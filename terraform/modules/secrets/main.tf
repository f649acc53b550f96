# Empty shells: versions are added by hand or by a script, so that no state and no plan ever holds one.
resource "google_secret_manager_secret" "this" {
  for_each = var.secrets

  secret_id   = "${var.name}-${each.key}"
  labels      = var.labels
  annotations = { purpose = each.value }

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
