module "database" {
  source = "../modules/database"

  project             = var.project
  name                = var.name
  region              = var.region
  network             = module.network.id
  tier                = local.database_tier
  disk_gb             = var.database_disk_gb
  max_connections     = local.database_connections
  highly_available    = local.database_standby
  deletion_protection = var.deletion_protection
  accounts            = local.accounts
  labels              = local.labels
}

module "migrations" {
  source = "../modules/migrations"

  name                = "${var.name}-migrate"
  region              = var.region
  network             = module.network.id
  subnetwork          = module.network.subnetwork
  owner_url_secret    = module.secrets.ids["owner-url"]
  grants              = module.database.users
  labels              = local.labels
  deletion_protection = var.deletion_protection
}

locals {
  # PostgreSQL's own, Cloud SQL's agents, the migration job, and one person with psql.
  reserved_connections = 20
  wanted_connections   = sum([for scale in values(local.scaling) : scale.max * scale.pool]) + local.reserved_connections
}

check "connections_fit" {
  assert {
    condition     = local.wanted_connections <= local.database_connections
    error_message = "All instances together may open ${local.wanted_connections} connections, ${local.reserved_connections} of them reserved, and the database takes ${local.database_connections}. Raise database_connections (and database_tier), or lower max or pool in scaling."
  }
}
