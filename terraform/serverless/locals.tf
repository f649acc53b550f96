locals {
  labels = merge(var.labels, { app = var.name, mode = "serverless" })

  origins = distinct(concat(["https://${var.host}"], var.extra_origins))

  project_number = data.google_project.this.number

  targets = toset(["auth", "tasks", "site", "uploaded", "convert", "dead-letter", "sweep"])

  accounts = { for key, account in google_service_account.function : key => account.email }

  # Audiences of the callers' tokens. These names serve nothing.
  audience = { for key in local.targets : key => "https://${var.host}/functions/${key}" }
}
