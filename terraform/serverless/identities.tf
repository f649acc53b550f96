# The account of each function.
resource "google_service_account" "function" {
  for_each = local.targets

  account_id   = "${var.name}-${each.value}"
  display_name = "Tonemill function ${each.value}"
  description  = "Account of the function ${each.value}."
  depends_on   = [google_project_service.this]
}

# Accounts of the callers of internal functions. They have no other right.
resource "google_service_account" "push" {
  account_id   = "${var.name}-push"
  display_name = "Tonemill push"
  description  = "Account with which Pub/Sub pushes to convert, transfer, dead-letter and sweep."
  depends_on   = [google_project_service.this]
}

resource "google_service_account" "events" {
  account_id   = "${var.name}-events"
  display_name = "Tonemill events"
  description  = "Account with which Eventarc calls uploaded."
  depends_on   = [google_project_service.this]
}

resource "google_service_account" "schedule" {
  account_id   = "${var.name}-schedule"
  display_name = "Tonemill schedule"
  description  = "Account with which Cloud Scheduler calls sweep."
  depends_on   = [google_project_service.this]
}

# Projects from before April 2021 need it; elsewhere Pub/Sub's agent may already make the tokens.
resource "google_service_account_iam_member" "agent_signs_push" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:service-${local.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
