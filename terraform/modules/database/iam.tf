# Cloud SQL has no policy on an instance, only on the project; the condition narrows the role to this instance.
# https://cloud.google.com/sql/docs/postgres/iam-conditions
resource "google_project_iam_member" "client" {
  for_each = local.grants

  project = var.project
  role    = each.value.role
  member  = "serviceAccount:${var.accounts[each.value.account]}"

  condition {
    title       = "only-${var.name}"
    description = "This one instance."
    expression  = "resource.name == 'projects/${var.project}/instances/${var.name}' && resource.service == 'sqladmin.googleapis.com'"
  }
}
