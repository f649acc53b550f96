output "address" {
  description = "Public IPv4 address; the host name's A record."
  value       = module.front.address
}

output "url" {
  description = "Where the service answers once the record and the certificate stand."
  value       = "https://${var.host}"
}

output "accounts" {
  description = "Service accounts of the machines."
  value       = local.accounts
}

output "releases" {
  description = "Bucket that releases are put into."
  value       = module.releases.name
}

output "export" {
  description = "What machines mount at /nfs/home."
  value       = local.export
}

output "database" {
  description = "What DATABASE=cloudsql needs to know, and the address for the owner's URL."
  value = {
    instance        = module.database.connection_name
    name            = module.database.database
    users           = module.database.users
    private_address = module.database.private_address
  }
}

output "migration_job" {
  description = "Cloud Run job that brings the schema up."
  value       = module.migrations.name
}

output "secrets" {
  description = "Secret ids that need a version before the first machine boots."
  value       = module.secrets.ids
}
