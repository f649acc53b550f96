# A request for Cloud Storage's agent creates it if the project has none yet.
data "google_storage_project_service_account" "this" {
  project    = var.project
  depends_on = [google_project_service.this]
}

# Eventarc's topic for a bucket is made by the trigger, so there is no smaller thing to grant this on.
resource "google_project_iam_member" "storage_publishes" {
  project = var.project
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:${data.google_storage_project_service_account.this.email_address}"
}

# The role exists on projects only.
resource "google_project_iam_member" "events_received" {
  project = var.project
  role    = "roles/eventarc.eventReceiver"
  member  = "serviceAccount:${google_service_account.events.email}"
}

resource "google_eventarc_trigger" "uploaded" {
  name            = "${var.name}-uploaded"
  location        = var.region
  service_account = google_service_account.events.email
  labels          = local.labels

  matching_criteria {
    attribute = "type"
    value     = "google.cloud.storage.object.v1.finalized"
  }

  matching_criteria {
    attribute = "bucket"
    value     = module.originals.name
  }

  destination {
    cloud_run_service {
      service = module.uploaded.name
      region  = var.region
    }
  }

  depends_on = [google_project_iam_member.storage_publishes, google_project_iam_member.events_received]
}
