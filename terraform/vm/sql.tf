module "database" {
  source = "../modules/database"

  project             = var.project
  name                = var.name
  region              = var.region
  network             = module.network.id
  tier                = var.database_tier
  disk_gb             = var.database_disk_gb
  max_connections     = var.database_connections
  highly_available    = var.database_highly_available
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

  # pg-boss has a pool of its own in every process.
  queue_pool         = local.pubsub ? 0 : var.queue_pool
  wanted_connections = (var.api.max * (var.api.pool + local.queue_pool) + var.worker.max * (var.worker.pool + local.queue_pool)) + local.reserved_connections
}

check "connections_fit" {
  assert {
    condition     = local.wanted_connections <= var.database_connections
    error_message = "All machines together may open ${local.wanted_connections} connections, ${local.reserved_connections} of them reserved, and the database takes ${var.database_connections}. Raise database_connections (and database_tier), or lower max or pool of api or worker."
  }
}
