# From the small profile to the standard one: test/terraform/terraform.long.test.ts reads the actions of the second plan.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }

  mock_resource "google_cloud_run_v2_service" {
    defaults = { uri = "https://tonemill-sweep-abcdefghij-ew.a.run.app" }
  }

  mock_resource "google_sql_database_instance" {
    defaults = { connection_name = "tonemill-test:europe-west1:tonemill" }
  }

  mock_resource "google_service_account" {
    defaults = { email = "somebody@tonemill-test.iam.gserviceaccount.com" }
  }
}

variables {
  project      = "tonemill-test"
  region       = "europe-west1"
  host         = "audio.example.com"
  alert_emails = ["ops@example.com"]
}

run "small" {
  command = apply
}

run "standard" {
  command = plan

  variables {
    profile = "standard"
  }
}
