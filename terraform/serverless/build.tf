# The account of Cloud Build. It makes images, revisions and traffic, and changes nothing else by itself.
resource "google_service_account" "build" {
  account_id   = "${var.name}-build"
  display_name = "Tonemill build"
  description  = "Account with which Cloud Build deploys."
  depends_on   = [google_project_service.this]
}

# Runs the install scripts of dependencies inside buildpacks, so it may do nothing but push an image.
resource "google_service_account" "image" {
  account_id   = "${var.name}-image"
  display_name = "Tonemill image"
  description  = "Account of the buildpacks."
  depends_on   = [google_project_service.this]
}

# Builds of pull requests deploy nothing, and see neither the state nor the project.
resource "google_service_account" "check" {
  account_id   = "${var.name}-check"
  display_name = "Tonemill check"
  description  = "Account of the builds of pull requests."
  depends_on   = [google_project_service.this]
}

locals {
  services = merge(
    { for key, function in module.function : key => function.name },
    { uploaded = module.uploaded.name },
  )

  jobs = { migrate = module.migrations.name, smoke = google_cloud_run_v2_job.smoke.name }

  runtime_accounts = merge(
    { for key, account in google_service_account.function : key => account.name },
    { migrate = module.migrations.account_id, smoke = google_service_account.smoke.name },
  )

  # Log entries and builds have no smaller home than the project.
  build_roles = {
    build = ["roles/logging.logWriter", "roles/run.sourceDeveloper"]
    image = ["roles/run.builder"]
    check = ["roles/logging.logWriter"]
  }

  build_accounts = {
    build = google_service_account.build
    image = google_service_account.image
    check = google_service_account.check
  }
}

resource "google_project_iam_member" "build" {
  for_each = merge([
    for key, roles in local.build_roles : { for role in roles : "${key} ${role}" => { account = key, role = role } }
  ]...)

  project = var.project
  role    = each.value.role
  member  = "serviceAccount:${local.build_accounts[each.value.account].email}"
}

resource "google_artifact_registry_repository_iam_member" "build" {
  for_each = { build = google_service_account.build.email, image = google_service_account.image.email }

  repository = google_artifact_registry_repository.this.name
  location   = google_artifact_registry_repository.this.location
  role       = "roles/artifactregistry.writer"
  member     = "serviceAccount:${each.value}"
}

resource "google_cloud_run_v2_service_iam_member" "build" {
  for_each = local.services

  location = var.region
  name     = each.value
  role     = "roles/run.developer"
  member   = "serviceAccount:${google_service_account.build.email}"
}

resource "google_cloud_run_v2_job_iam_member" "build" {
  for_each = local.jobs

  location = var.region
  name     = each.value
  role     = "roles/run.developer"
  member   = "serviceAccount:${google_service_account.build.email}"
}

resource "google_service_account_iam_member" "build_acts_as" {
  for_each = merge(local.runtime_accounts, { image = google_service_account.image.name })

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = "serviceAccount:${google_service_account.build.email}"
}
