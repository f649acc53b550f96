# The small profile, which is the default: no host, no load balancer, one function for all routes.
mock_provider "google" {
  override_during = plan

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
  alert_emails = ["ops@example.com"]
}

run "one_function_serves_every_route_at_its_own_address" {
  command = plan

  assert {
    condition     = toset(keys(output.services)) == toset(["api", "convert", "dead-letter", "sweep", "transfer", "uploaded"])
    error_message = "Expected api and the functions of events."
  }

  assert {
    condition     = toset(split(" ", output.functions)) == toset(keys(output.services))
    error_message = "Expected that the deployment knows every function."
  }

  assert {
    condition     = output.url == "https://tonemill-api-123456789012.europe-west1.run.app" && output.address == ""
    error_message = "Expected Cloud Run's address of api."
  }

  assert {
    condition     = length(module.front) == 0 && length(google_compute_backend_service.function) == 0 && length(google_compute_region_network_endpoint_group.function) == 0
    error_message = "Expected no load balancer."
  }

  assert {
    condition     = module.function["api"].ingress == "INGRESS_TRAFFIC_ALL" && module.function["convert"].ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    error_message = "Expected that only api is reached from outside."
  }

  assert {
    condition     = local.functions.api.environment.TRUST_PROXY == "1" && local.functions.tasks.environment.TRUST_PROXY == "2"
    error_message = "Expected one hop in front of api, and two where there is a load balancer."
  }

  assert {
    condition     = local.functions.api.environment.CORS_ORIGINS == ""
    error_message = "Expected that pages of other origins may do nothing, unless they are named."
  }

  assert {
    condition     = contains(local.origins, output.url)
    error_message = "Expected that pages of the service may send files to the buckets."
  }
}

run "the_database_is_small_and_keeps_its_backups" {
  command = plan

  assert {
    condition     = local.database_tier == "db-g1-small" && !local.database_standby
    error_message = "Expected a shared-core database in one zone."
  }

  assert {
    condition     = local.wanted_connections == 49
    error_message = "Expected the sum of max x pool and the reserve."
  }
}

run "alerts_look_at_what_is_there" {
  command = plan

  assert {
    condition     = strcontains(module.alerts.policies["answers_5xx"].filter, "\"tonemill-api\"")
    error_message = "Expected the answers of api to be counted."
  }

  assert {
    condition     = module.alerts.host == "tonemill-api-123456789012.europe-west1.run.app"
    error_message = "Expected the health of api to be asked."
  }
}

run "more_instances_than_connections_are_told" {
  command = plan

  variables {
    scaling = { convert = { min = 0, max = 40, pool = 2 } }
  }

  expect_failures = [check.connections_fit]
}

run "an_own_choice_replaces_the_profile_s" {
  command = plan

  variables {
    database_tier             = "db-custom-1-3840"
    database_highly_available = true
    database_connections      = 100
    scaling                   = { convert = { min = 1, max = 20, pool = 2 } }
  }

  assert {
    condition     = local.database_tier == "db-custom-1-3840" && local.database_standby && local.scaling.convert.max == 20 && local.scaling.api.max == 3
    error_message = "Expected the inputs to win."
  }
}

run "the_standard_profile_needs_a_host" {
  command = plan

  variables {
    profile = "standard"
  }

  expect_failures = [var.host]
}

run "another_profile_is_refused" {
  command = plan

  variables {
    profile = "large"
  }

  expect_failures = [var.profile]
}

run "a_function_that_does_not_exist_is_refused" {
  command = plan

  variables {
    scaling = { worker = { min = 0, max = 1, pool = 1 } }
  }

  expect_failures = [var.scaling]
}
