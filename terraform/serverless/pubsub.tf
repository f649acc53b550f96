module "conversions" {
  source = "../modules/conversions"

  project_number = local.project_number
  region         = var.region
  labels         = local.labels
  topic          = "${var.name}-conversions"
  subscription   = "${var.name}-convert"
  publishers     = { for key in setintersection(["api", "tasks", "uploaded", "convert", "transfer", "sweep"], local.targets) : key => local.accounts[key] }
  viewers        = { for key in setintersection(["api", "site"], local.targets) : key => local.accounts[key] }

  push = {
    endpoint = module.function["convert"].uri
    account  = google_service_account.push.email
    audience = local.audience.convert
  }

  dead_letter_push = {
    endpoint = module.function["dead-letter"].uri
    account  = google_service_account.push.email
    audience = local.audience.dead-letter
  }

  depends_on = [google_project_service.this]
}

# A message names a task of which a file is to be fetched or delivered. The rows are in the database, and count the tries.
module "transfers" {
  source = "../modules/conversions"

  project_number = local.project_number
  region         = var.region
  labels         = local.labels
  topic          = "${var.name}-transfers"
  subscription   = "${var.name}-transfer"
  publishers     = { for key in setintersection(["api", "tasks", "convert", "transfer", "sweep"], local.targets) : key => local.accounts[key] }

  push = {
    endpoint = module.function["transfer"].uri
    account  = google_service_account.push.email
    audience = local.audience.transfer
  }

  dead_letter_push = {
    endpoint = "${module.function["dead-letter"].uri}/transfers"
    account  = google_service_account.push.email
    audience = local.audience.dead-letter
  }

  depends_on = [google_project_service.this]
}

# Messages without content, for each request after which deliveries of webhooks are due. The rows are in the database: what a lost
# message announced, the next sweep sends.
resource "google_pubsub_topic" "deliveries" {
  #checkov:skip=CKV_GCP_83:A message has no content, and none of ours can be lost.
  name       = "${var.name}-deliveries"
  labels     = local.labels
  depends_on = [google_project_service.this]

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_topic_iam_member" "announces_deliveries" {
  for_each = { for key in setintersection(["api", "tasks", "uploaded", "convert", "transfer", "dead-letter", "sweep"], local.targets) : key => local.accounts[key] }

  topic  = google_pubsub_topic.deliveries.name
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${each.value}"
}

resource "google_pubsub_subscription" "deliveries" {
  name                       = "${var.name}-deliveries"
  topic                      = google_pubsub_topic.deliveries.id
  labels                     = local.labels
  ack_deadline_seconds       = 120
  message_retention_duration = "600s"

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  expiration_policy {
    ttl = ""
  }

  push_config {
    push_endpoint = "${module.function["sweep"].uri}/deliveries"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = local.audience.sweep
    }
  }
}
