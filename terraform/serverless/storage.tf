locals {
  # readiness lists; uploads, downloads and clean-up write and delete; a conversion reads one and writes the other.
  originals_grants = {
    tasks    = "roles/storage.objectUser"
    site     = "roles/storage.legacyBucketReader"
    uploaded = "roles/storage.objectUser"
    convert  = "roles/storage.objectViewer"
    sweep    = "roles/storage.objectUser"
  }

  results_grants = {
    tasks   = "roles/storage.objectUser"
    site    = "roles/storage.legacyBucketReader"
    convert = "roles/storage.objectUser"
    sweep   = "roles/storage.objectUser"
  }
}

module "originals" {
  source = "../modules/bucket"

  name                = "${var.project}-${var.name}-originals"
  region              = var.region
  labels              = local.labels
  origins             = local.origins
  deletion_protection = var.deletion_protection
  grants              = [for key, role in local.originals_grants : { name = key, role = role, account = local.accounts[key] }]

  depends_on = [google_project_service.this]
}

module "results" {
  source = "../modules/bucket"

  name                = "${var.project}-${var.name}-results"
  region              = var.region
  labels              = local.labels
  origins             = local.origins
  delete_after_days   = var.results_days
  deletion_protection = var.deletion_protection
  grants              = [for key, role in local.results_grants : { name = key, role = role, account = local.accounts[key] }]

  depends_on = [google_project_service.this]
}
