output "address" {
  description = "Public IPv4 address, for the host name's A record; empty in the small profile."
  value       = local.standard ? module.front[0].address : ""
}

output "url" {
  description = "URL of the service; in the standard profile after the DNS record and the certificate are ready."
  value       = "https://${local.hostname}"
}

output "functions" {
  description = "Functions of the profile, in the order in which they are deployed."
  value       = join(" ", local.profile.targets)
}

output "services" {
  description = "Cloud Run service of each function."
  value       = local.services
}

output "accounts" {
  description = "Service account of each function."
  value       = local.accounts
}

output "buckets" {
  description = "Buckets of originals and results."
  value       = { originals = module.originals.name, results = module.results.name }
}

output "topic" {
  description = "Topic of conversion messages."
  value       = module.conversions.topic
}

output "database" {
  description = "Values for DATABASE=cloudsql, and the address for the owner's URL."
  value = {
    instance        = module.database.connection_name
    name            = module.database.database
    users           = module.database.users
    private_address = module.database.private_address
  }
}

output "migration_job" {
  description = "Cloud Run job that migrates the schema."
  value       = module.migrations.name
}

output "repository" {
  description = "Repository to which Cloud Build pushes images."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.this.repository_id}"
}

output "build_account" {
  description = "Service account for Cloud Build."
  value       = google_service_account.build.email
}

output "secrets" {
  description = "Secret ids that need a version before the functions can start."
  value       = module.secrets.ids
}
