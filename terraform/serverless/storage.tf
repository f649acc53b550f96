locals {
  # The second net below the sweep, which removes files by their rows: days after which a bucket removes what the sweep
  # has not. A bucket knows only the ages of objects, and not what their owners were told: its days are more than those of any task.
  # The rule has no prefix, since both buckets hold files of tasks and nothing else.
  removal_net_days = coalesce(var.removal_net_days, var.max_retention_days + 14)
  net_days         = var.retention_days == 0 || local.removal_net_days == 0 ? null : local.removal_net_days

  # Uploads, downloads and clean-up write and delete. A conversion reads one and writes the other; a transfer writes an original, or
  # reads a result.
  originals_grants = {
    api      = "roles/storage.objectUser"
    tasks    = "roles/storage.objectUser"
    uploaded = "roles/storage.objectUser"
    convert  = "roles/storage.objectViewer"
    transfer = "roles/storage.objectUser"
    sweep    = "roles/storage.objectUser"
  }

  results_grants = {
    api      = "roles/storage.objectUser"
    tasks    = "roles/storage.objectUser"
    convert  = "roles/storage.objectUser"
    transfer = "roles/storage.objectViewer"
    sweep    = "roles/storage.objectUser"
  }

  # The check of readiness asks for an object that does not exist. An account without the right to list gets 403 instead of 404.
  readiness_grants = [
    for grant in [
      { role = "roles/storage.legacyBucketReader", prefix = null },
      { role = "roles/storage.legacyObjectReader", prefix = "ready" },
    ] : merge(grant, { name = "site", account = local.accounts.site }) if contains(local.targets, "site")
  ]
}

module "originals" {
  source = "../modules/bucket"

  project             = var.project
  name                = "${var.project}-${var.name}-originals"
  region              = var.region
  labels              = local.labels
  origins             = local.origins
  delete_after_days   = local.net_days
  deletion_protection = var.deletion_protection
  grants              = concat(local.readiness_grants, [for key, role in local.originals_grants : { name = key, role = role, account = local.accounts[key], prefix = null } if contains(local.targets, key)])

  depends_on = [google_project_service.this]
}

module "results" {
  source = "../modules/bucket"

  project             = var.project
  name                = "${var.project}-${var.name}-results"
  region              = var.region
  labels              = local.labels
  origins             = local.origins
  delete_after_days   = local.net_days
  deletion_protection = var.deletion_protection
  grants              = concat(local.readiness_grants, [for key, role in local.results_grants : { name = key, role = role, account = local.accounts[key], prefix = null } if contains(local.targets, key)])

  depends_on = [google_project_service.this]
}

# Files of the builds: sources of images, the cache of dependencies, logs. Only builds of the main branch write the
# cache, because all builds take their dependencies from it.
module "builds" {
  source = "../modules/bucket"

  project             = var.project
  name                = "${var.project}-${var.name}-builds"
  region              = var.region
  labels              = local.labels
  delete_after_days   = 30
  deletion_protection = var.deletion_protection

  grants = [
    { name = "build", role = "roles/storage.objectUser", account = google_service_account.build.email },
    { name = "image", role = "roles/storage.objectViewer", account = google_service_account.image.email, prefix = "source/" },
    { name = "image", role = "roles/storage.objectUser", account = google_service_account.image.email, prefix = "logs/" },
    { name = "image", role = "roles/storage.legacyBucketReader", account = google_service_account.image.email },
    { name = "check", role = "roles/storage.objectViewer", account = google_service_account.check.email, prefix = "cache/" },
  ]

  depends_on = [google_project_service.this]
}

# Buckets of others, to which transfer writes results. A result may replace an object.
resource "google_storage_bucket_iam_member" "destination" {
  for_each = toset(var.destination_buckets)

  bucket = each.value
  role   = "roles/storage.objectUser"
  member = "serviceAccount:${local.accounts.transfer}"
}
