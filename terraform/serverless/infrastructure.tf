# The account of Terraform in Cloud Build. Only builds of the main branch may impersonate it.
resource "google_service_account" "infrastructure" {
  account_id   = "${var.name}-terraform"
  display_name = "Tonemill Terraform"
  description  = "Account with which Cloud Build applies Terraform."
  depends_on   = [google_project_service.this]
}

resource "google_service_account_iam_member" "build_impersonates" {
  service_account_id = google_service_account.infrastructure.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${google_service_account.build.email}"
}

locals {
  # One role for each kind of resource in this root.
  infrastructure_roles = toset([
    "roles/artifactregistry.admin",
    "roles/cloudbuild.builds.editor",
    "roles/cloudscheduler.admin",
    "roles/cloudsql.admin",
    "roles/compute.loadBalancerAdmin",
    "roles/compute.networkAdmin",
    "roles/compute.securityAdmin",
    "roles/dns.admin",
    "roles/eventarc.admin",
    "roles/iam.serviceAccountAdmin",
    "roles/logging.configWriter",
    "roles/monitoring.editor",
    "roles/pubsub.admin",
    "roles/run.admin",
    "roles/secretmanager.admin",
    "roles/serviceusage.serviceUsageAdmin",
    "roles/storage.admin",
  ])

  # Roles that Terraform may grant on the project; with the right to grant more it could make itself owner.
  granted_on_project = sort(setunion(local.infrastructure_roles, flatten(values(local.build_roles)), [
    "roles/cloudsql.client",
    "roles/cloudsql.instanceUser",
    "roles/eventarc.eventReceiver",
    "roles/pubsub.publisher",
  ]))

  # A list in such a condition may have ten roles, and a condition thirteen of them; Terraform changes one role at a time.
  grantable = [
    for roles in chunklist([for role in local.granted_on_project : "'${role}'"], 10) :
    "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${join(", ", roles)}])"
  ]
}

resource "google_project_iam_member" "infrastructure" {
  #checkov:skip=CKV_GCP_49:Accounts and triggers do not exist before Terraform makes them; only builds of the main branch may take this account's place.
  for_each = local.infrastructure_roles

  project = var.project
  role    = each.value
  member  = "serviceAccount:${google_service_account.infrastructure.email}"
}

resource "google_project_iam_member" "infrastructure_grants" {
  project = var.project
  role    = "roles/resourcemanager.projectIamAdmin"
  member  = "serviceAccount:${google_service_account.infrastructure.email}"

  condition {
    title       = "only-roles-of-this-root"
    description = "Grants and takes back what this root declares, and nothing else."
    expression  = join(" || ", local.grantable)
  }
}

# An account that makes a service, a trigger, a job or a subscription must be allowed to act as its account.
resource "google_service_account_iam_member" "infrastructure_acts_as" {
  for_each = merge(local.runtime_accounts, {
    push     = google_service_account.push.name
    events   = google_service_account.events.name
    schedule = google_service_account.schedule.name
    build    = google_service_account.build.name
    check    = google_service_account.check.name
  })

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = "serviceAccount:${google_service_account.infrastructure.email}"
}
