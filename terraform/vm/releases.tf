# Releases as archives; a machine fetches the one that `release` names when it boots.
module "releases" {
  source = "../modules/bucket"

  project             = var.project
  name                = "${var.project}-${var.name}-releases"
  region              = var.region
  labels              = local.labels
  deletion_protection = var.deletion_protection
  grants              = [for key, email in local.accounts : { name = key, role = "roles/storage.objectViewer", account = email }]

  depends_on = [google_project_service.this]
}
