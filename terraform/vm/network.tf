module "network" {
  source = "../modules/network"

  name   = var.name
  region = var.region
  range  = var.network_range
  labels = local.labels
  nat    = true

  depends_on = [google_project_service.this]
}
