module "secrets" {
  source = "../modules/secrets"

  name   = var.name
  region = var.region
  labels = local.labels
  secrets = {
    jwt-private-keys   = "JWK set, the first key signs"
    service-credential = "Secret of internal callers"
    owner-url          = "postgres URL of the owner of the schema, for migrations only"
  }

  depends_on = [google_project_service.this]
}
