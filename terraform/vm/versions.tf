terraform {
  required_version = ">= 1.9, < 2.0"

  # bucket and prefix come with `terraform init -backend-config=...`.
  backend "gcs" {}

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 7.0"
    }
  }
}

provider "google" {
  project               = var.project
  region                = var.region
  default_labels        = local.labels
  user_project_override = true
  billing_project       = var.project
}
