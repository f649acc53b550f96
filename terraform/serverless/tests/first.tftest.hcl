# The first plan of an empty project: whatever Google makes up is still unknown, and no `for_each` may ask for it.
mock_provider "google" {}

variables {
  project      = "tonemill-test"
  region       = "europe-west1"
  alert_emails = ["ops@example.com"]
}

run "plans_the_small_profile_while_nothing_exists" {
  command = plan
}

run "plans_the_standard_profile_while_nothing_exists" {
  command = plan

  variables {
    profile = "standard"
    host    = "audio.example.com"
  }

  assert {
    condition     = output.url == "https://audio.example.com"
    error_message = "Expected the address that people use."
  }
}
