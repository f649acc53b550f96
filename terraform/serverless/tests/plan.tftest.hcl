# Plans against a mocked provider; nothing is asked of Google.
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
  profile      = "standard"
  project      = "tonemill-test"
  region       = "europe-west1"
  host         = "audio.example.com"
  alert_emails = ["ops@example.com"]
}

run "every_function_has_a_service_and_an_account" {
  command = plan

  assert {
    condition     = toset(keys(output.services)) == toset(["auth", "convert", "dead-letter", "site", "sweep", "tasks", "transfer", "uploaded"])
    error_message = "Expected a service for every target of functions/index.ts but api."
  }

  assert {
    condition     = toset([for account in google_service_account.function : account.account_id]) == toset([for key in keys(output.services) : "tonemill-${key}"])
    error_message = "Expected an account of its own for every function."
  }

  assert {
    condition     = length(google_project_service.this) >= 17
    error_message = "Expected every API that is used to be switched on."
  }
}

run "only_what_people_call_stands_behind_the_load_balancer" {
  command = plan

  assert {
    condition     = toset(keys(google_compute_region_network_endpoint_group.function)) == toset(["auth", "site", "tasks"])
    error_message = "Expected auth, site and tasks only."
  }

  assert {
    condition     = output.url == "https://audio.example.com"
    error_message = "Expected the host as address."
  }

  assert {
    condition     = strcontains(module.alerts.policies["answers_5xx"].filter, "https_lb_rule")
    error_message = "Expected the load balancer's answers to be counted."
  }

  assert {
    condition     = alltrue([for function in values(local.functions) : function.public == (length(function.callers) == 0) || function.public])
    error_message = "Expected a caller for every function that is not public."
  }
}

run "events_and_the_schedule_call_in_their_own_names" {
  command = plan

  assert {
    condition     = google_eventarc_trigger.uploaded.location == "europe-west1" && google_eventarc_trigger.uploaded.destination[0].cloud_run_service[0].region == "europe-west1"
    error_message = "Expected the trigger in the region of the bucket and of the function."
  }

  assert {
    condition     = one([for criterion in google_eventarc_trigger.uploaded.matching_criteria : criterion.value if criterion.attribute == "bucket"]) == "tonemill-test-tonemill-originals"
    error_message = "Expected the trigger to listen to originals only; results would convert themselves."
  }

  assert {
    condition     = google_cloud_scheduler_job.sweep["sweep"].http_target[0].oidc_token[0].audience == "https://tonemill.tonemill-test.internal/functions/sweep"
    error_message = "Expected an explicit audience."
  }

  assert {
    condition     = output.buckets.originals != output.buckets.results
    error_message = "Expected results in another bucket than originals."
  }
}

run "only_functions_that_ask_servers_of_users_leave_the_network" {
  command = plan

  assert {
    condition     = toset([for key, function in module.function : key if function.egress.through != "ALL_TRAFFIC"]) == toset(["sweep", "transfer"]) && module.uploaded.egress.through == "ALL_TRAFFIC"
    error_message = "Expected all requests of the others to go through the network."
  }

  assert {
    condition     = alltrue([for key, function in module.function : contains(function.egress.tags, one(google_compute_firewall.no_other_egress.target_tags)) == (function.egress.through == "ALL_TRAFFIC")]) && contains(module.uploaded.egress.tags, local.enclosed)
    error_message = "Expected the firewall to hold for each of them."
  }

  assert {
    condition     = toset(keys(google_compute_firewall.allowed_egress)) == toset(["database", "google-apis"]) && alltrue([for rule in values(google_compute_firewall.allowed_egress) : rule.direction == "EGRESS" && rule.priority < google_compute_firewall.no_other_egress.priority])
    error_message = "Expected Google's APIs and the database to be reached, and nothing else."
  }

  assert {
    condition     = google_compute_firewall.no_other_egress.direction == "EGRESS" && google_compute_firewall.no_other_egress.destination_ranges == toset(["0.0.0.0/0"]) && one(google_compute_firewall.no_other_egress.deny).protocol == "all"
    error_message = "Expected every other connection to be denied."
  }

  assert {
    condition     = google_dns_record_set.google_apis["all"].rrdatas[0] == google_dns_record_set.google_apis["private"].name && alltrue([for address in google_dns_record_set.google_apis["private"].rrdatas : cidrhost("${address}/30", 0) == cidrhost(one(google_compute_firewall.allowed_egress["google-apis"].destination_ranges), 0)])
    error_message = "Expected the names of Google's APIs to lead to the address that is allowed."
  }
}

run "only_cloud_run_takes_signatures_off" {
  command = plan

  assert {
    condition     = alltrue([for key, function in local.functions : function.public || contains(function.callers, google_service_account.smoke.email)])
    error_message = "Expected that candidates of internal functions can be asked."
  }

  assert {
    condition     = google_cloud_run_v2_job.smoke.template[0].template[0].vpc_access[0].egress == "ALL_TRAFFIC"
    error_message = "Expected the job to come from inside."
  }

  assert {
    condition     = toset([for grant in local.readiness_grants : grant.account]) == toset([local.accounts.site])
    error_message = "Expected readiness to see no file."
  }
}

run "terraform_can_not_make_itself_owner" {
  command = plan

  assert {
    condition     = !strcontains(google_project_iam_member.infrastructure_grants.condition[0].expression, "roles/owner") && !strcontains(google_project_iam_member.infrastructure_grants.condition[0].expression, "roles/editor") && !strcontains(google_project_iam_member.infrastructure_grants.condition[0].expression, "projectIamAdmin")
    error_message = "Expected only roles that this root declares."
  }

  assert {
    condition     = length(local.grantable) <= 13 && alltrue([for list in local.grantable : length(split("'roles/", list)) <= 11])
    error_message = "Expected at most ten roles in a list and thirteen lists, as IAM has it."
  }

  assert {
    condition     = alltrue([for grant in concat(values(google_project_iam_member.build), values(google_project_iam_member.infrastructure), [google_project_iam_member.storage_publishes, google_project_iam_member.events_received]) : contains(local.granted_on_project, grant.role)])
    error_message = "Expected that Terraform may grant every role that it grants."
  }
}

run "no_trigger_without_a_repository" {
  command = plan

  assert {
    condition     = length(google_cloudbuild_trigger.this) == 0
    error_message = "Expected no trigger."
  }
}

run "the_main_branch_deploys_and_a_pull_request_does_not" {
  command = plan

  variables {
    repository = "projects/tonemill-test/locations/europe-west1/connections/git/repositories/tonemill"
  }

  assert {
    condition     = google_cloudbuild_trigger.this["main"].substitutions["_DEPLOY"] == "true" && google_cloudbuild_trigger.this["pull-request"].substitutions["_DEPLOY"] == "false"
    error_message = "Expected only the main branch to deploy."
  }

  assert {
    condition     = google_cloudbuild_trigger.this["main"].repository_event_config[0].push[0].branch == "^main$"
    error_message = "Expected pushes to main."
  }

  assert {
    condition     = local.triggers["pull-request"].account == google_service_account.check.id
    error_message = "Expected the account that may deploy nothing."
  }
}

run "buckets_remove_files_after_every_task_has" {
  command = plan

  assert {
    condition     = local.net_days == 104
    error_message = "Expected the longest retention and two weeks."
  }
}

run "no_bucket_removes_files_that_are_kept" {
  command = plan

  variables {
    retention_days = 0
  }

  assert {
    condition     = local.net_days == null
    error_message = "Expected no rule where files are kept."
  }
}

run "buckets_wait_for_the_sweep_when_a_retention_is_new" {
  command = plan

  variables {
    removal_net_days = 0
  }

  assert {
    condition     = local.net_days == null
    error_message = "Expected no rule."
  }
}

run "buckets_do_not_come_before_the_sweep" {
  command = plan

  variables {
    removal_net_days = 100
  }

  expect_failures = [var.removal_net_days]
}

run "files_that_do_not_fit_into_memory_are_told" {
  command = plan

  variables {
    convert = { cpu = 2, memory_gib = 4 }
  }

  expect_failures = [check.files_fit_into_memory]
}

run "more_memory_than_cloud_run_has_is_refused" {
  command = plan

  variables {
    convert = { cpu = 2, memory_gib = 16 }
  }

  expect_failures = [var.convert]
}

run "the_defaults_fit_the_database" {
  command = plan

  assert {
    condition     = local.wanted_connections == 187
    error_message = "Expected the sum of max x pool and the reserve."
  }
}

run "too_many_instances_are_told" {
  command = plan

  variables {
    database_connections = 100
  }

  expect_failures = [check.connections_fit]
}

run "a_wildcard_origin_is_refused" {
  command = plan

  variables {
    extra_origins = ["https://*.example.com"]
  }

  expect_failures = [var.extra_origins]
}

run "a_host_with_a_path_is_refused" {
  command = plan

  variables {
    host = "audio.example.com/app"
  }

  expect_failures = [var.host]
}

run "nobody_to_alert_is_refused" {
  command = plan

  variables {
    alert_emails = []
  }

  expect_failures = [var.alert_emails]
}
