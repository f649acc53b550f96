resource "google_service_account" "api" {
  account_id   = "${var.name}-api"
  display_name = "Tonemill API"
  description  = "Account of the API machines."
  depends_on   = [google_project_service.this]
}

resource "google_service_account" "worker" {
  account_id   = "${var.name}-worker"
  display_name = "Tonemill worker"
  description  = "Account of the worker machines."
  depends_on   = [google_project_service.this]
}

# Logs and the memory of machines (Ops Agent) have no smaller home than the project.
resource "google_project_iam_member" "telemetry" {
  for_each = {
    for pair in setproduct(["api", "worker"], ["roles/logging.logWriter", "roles/monitoring.metricWriter"]) :
    "${pair[0]} ${pair[1]}" => { account = pair[0], role = pair[1] }
  }

  project = var.project
  role    = each.value.role
  member  = "serviceAccount:${local.accounts[each.value.account]}"
}

# Only the API signs tokens and takes the service credential.
resource "google_secret_manager_secret_iam_member" "api" {
  for_each = toset(["jwt-private-keys", "service-credential"])

  secret_id = module.secrets.ids[each.value]
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.api.email}"
}

# Buckets of others, to which workers write results. A result may replace an object.
resource "google_storage_bucket_iam_member" "destination" {
  for_each = toset(var.destination_buckets)

  bucket = each.value
  role   = "roles/storage.objectUser"
  member = "serviceAccount:${google_service_account.worker.email}"
}
