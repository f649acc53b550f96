# What Cloud Build deploys as: it pushes images, makes revisions and moves traffic, and changes nothing else.
resource "google_service_account" "build" {
  account_id   = "${var.name}-build"
  display_name = "Tonemill build"
  description  = "What Cloud Build deploys as."
  depends_on   = [google_project_service.this]
}

resource "google_artifact_registry_repository_iam_member" "build" {
  repository = google_artifact_registry_repository.this.name
  location   = google_artifact_registry_repository.this.location
  role       = "roles/artifactregistry.writer"
  member     = "serviceAccount:${google_service_account.build.email}"
}

locals {
  services = merge(
    { for key, function in module.function : key => function.name },
    { uploaded = module.uploaded.name },
  )
}

resource "google_cloud_run_v2_service_iam_member" "build" {
  for_each = local.services

  location = var.region
  name     = each.value
  role     = "roles/run.developer"
  member   = "serviceAccount:${google_service_account.build.email}"
}

resource "google_service_account_iam_member" "build_acts_as" {
  for_each = merge({ for key, account in google_service_account.function : key => account.name }, { migrate = module.migrations.account_id })

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = "serviceAccount:${google_service_account.build.email}"
}

resource "google_cloud_run_v2_job_iam_member" "build" {
  location = var.region
  name     = module.migrations.name
  role     = "roles/run.developer"
  member   = "serviceAccount:${google_service_account.build.email}"
}

# Log entries have no smaller home than the project.
resource "google_project_iam_member" "build_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = "serviceAccount:${google_service_account.build.email}"
}
