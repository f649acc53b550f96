# Images that Cloud Build builds. Ten versions of each image stay, so that a deployment can be reverted.
resource "google_artifact_registry_repository" "this" {
  #checkov:skip=CKV_GCP_84:Images are built from a public source; Google's own keys do.
  repository_id = var.name
  location      = var.region
  format        = "DOCKER"
  description   = "Images of Tonemill's functions."
  labels        = local.labels

  cleanup_policies {
    id     = "keep-ten"
    action = "KEEP"

    most_recent_versions {
      keep_count = 10
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.this]
}
