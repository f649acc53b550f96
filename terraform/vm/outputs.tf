output "address" {
  description = "Public IPv4 address; the host name's A record."
  value       = module.front.address
}

output "url" {
  description = "URL of the service, after the DNS record and the certificate are ready."
  value       = "https://${var.host}"
}

output "accounts" {
  description = "Service accounts of the machines."
  value       = local.accounts
}

output "releases" {
  description = "Bucket of the releases."
  value       = module.releases.name
}

output "export" {
  description = "NFS export that machines mount at /nfs/home."
  value       = local.export
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

output "secrets" {
  description = "Secret ids that need a version before the first machine boots."
  value       = module.secrets.ids
}
