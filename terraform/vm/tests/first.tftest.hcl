# The first plan of an empty project: whatever Google makes up is still unknown, and no `for_each` may ask for it.
mock_provider "google" {}

variables {
  project      = "tonemill-test"
  region       = "europe-west1"
  host         = "audio.example.com"
  alert_emails = ["ops@example.com"]
  zone         = "europe-west1-b"
  release      = "tonemill-0.1.0.tar.gz"
}

run "plans_while_nothing_exists" {
  command = plan

  assert {
    condition     = output.url == "https://audio.example.com"
    error_message = "Expected the address that people use."
  }
}
