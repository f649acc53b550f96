locals {
  labels = merge(var.labels, { app = var.name, mode = "vm" })

  project_number = data.google_project.this.number

  accounts = { api = google_service_account.api.email, worker = google_service_account.worker.email }

  pubsub = var.queue == "pubsub"

  roots = { originals = "/nfs/home/files", results = "/nfs/home/converted" }
}
