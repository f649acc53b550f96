locals {
  labels = merge(var.labels, { app = var.name, mode = "serverless" })

  # Pages of the service itself need no CORS to call it, but to transfer files to and from the buckets.
  cors_origins = join(",", var.extra_origins)

  origins = distinct(concat(["https://${local.hostname}"], var.host == null ? [] : ["https://${var.host}"], var.extra_origins))

  project_number = data.google_project.this.number

  accounts = { for key, account in google_service_account.function : key => account.email }

  # Audiences of the callers' tokens. These names serve nothing, and stay when the host changes.
  audiences = "https://${var.name}.${var.project}.internal/functions"
  audience  = { for key in local.targets : key => "${local.audiences}/${key}" }
}
