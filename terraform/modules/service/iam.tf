resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = var.secrets

  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${var.account.email}"
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = var.invokers

  location = google_cloud_run_v2_service.this.location
  name     = google_cloud_run_v2_service.this.name
  role     = "roles/run.invoker"
  member   = each.value
}

# The function has no private key, so the IAM API signs URLs in the name of its account.
resource "google_service_account_iam_member" "signer" {
  count = var.signs_urls ? 1 : 0

  service_account_id = var.account.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${var.account.email}"
}
