locals {
  labels = merge(var.labels, { app = var.name, mode = "serverless" })

  origins = distinct(concat(["https://${var.host}"], var.extra_origins))

  project_number = data.google_project.this.number

  # Identities by name and not by reference, where a reference would go in a circle.
  account = { for key in keys(local.functions) : key => "${var.name}-${key}@${var.project}.iam.gserviceaccount.com" }

  # Names that callers' tokens are made out to. Nothing is served there.
  audience = { for key in keys(local.functions) : key => "https://${var.host}/functions/${key}" }
}
