# Plans against a mocked provider; nothing is asked of Google.
mock_provider "google" {
  override_during = plan

  mock_data "google_project" {
    defaults = { number = "123456789012" }
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
  zone         = "europe-west1-b"
  host         = "audio.example.com"
  alert_emails = ["ops@example.com"]
  release      = "tonemill-0.1.0.tar.gz"
}

run "groups_grow_and_shrink_and_no_machine_has_an_address_outside" {
  command = plan

  assert {
    condition     = google_compute_region_autoscaler.api.autoscaling_policy[0].load_balancing_utilization[0].target == 0.7
    error_message = "Expected API machines by the load balancer's utilisation."
  }

  assert {
    condition     = google_compute_region_autoscaler.worker.autoscaling_policy[0].metric[0].name == "pubsub.googleapis.com/subscription/num_undelivered_messages" && google_compute_region_autoscaler.worker.autoscaling_policy[0].metric[0].single_instance_assignment == 10
    error_message = "Expected workers by backlog."
  }

  assert {
    condition = alltrue([
      for template in [google_compute_region_instance_template.api, google_compute_region_instance_template.worker] :
      length(template.network_interface[0].access_config) == 0
    ])
    error_message = "Expected no external address on any machine."
  }

  assert {
    condition     = google_compute_health_check.api.http_health_check[0].request_path == "/health" && google_compute_region_instance_group_manager.api.auto_healing_policies[0].initial_delay_sec == 300
    error_message = "Expected /health to be asked, and time to boot before."
  }
}

run "machines_learn_what_the_configuration_reads" {
  command = plan

  # Its name is known before it exists, unlike Filestore's address.
  variables {
    share = "machine"
  }

  assert {
    condition     = local.environment.worker.QUEUE == "pubsub" && local.environment.worker.PUBSUB_SUBSCRIPTION == "tonemill-conversions-worker"
    error_message = "Expected workers that pull."
  }

  assert {
    condition     = local.environment.api.NFS_ORIGINALS == "/nfs/home/files" && local.environment.api.NFS_RESULTS == "/nfs/home/converted"
    error_message = "Expected the first generation's folder, and another for results."
  }

  assert {
    condition     = length(local.secrets.worker) == 0
    error_message = "Expected no secret on workers."
  }

  assert {
    condition     = startswith(local.user_data.api, "#cloud-config\n") && can(yamldecode(local.user_data.api)) && can(yamldecode(local.user_data.worker))
    error_message = "Expected cloud-config that parses."
  }

  assert {
    condition     = [for file in yamldecode(local.user_data.worker).write_files : file.path if endswith(file.path, ".service")] == ["/etc/systemd/system/tonemill-worker.service", "/etc/systemd/system/tonemill-secrets.service"]
    error_message = "Expected the worker's unit and not the API's."
  }

  assert {
    condition     = contains(split("\n", base64decode(one([for file in yamldecode(local.user_data.worker).write_files : file.content if file.path == "/etc/tonemill/environment"]))), "CONVERSIONS=2")
    error_message = "Expected the environment file to hold the configuration."
  }

  assert {
    condition     = !strcontains(local.user_data.api, "BEGIN") && length(local.user_data.api) < 262144
    error_message = "Expected user data without a key, in the size that metadata takes."
  }
}

run "a_queue_in_the_database_needs_no_topic" {
  command = plan

  variables {
    queue = "postgres"
  }

  assert {
    condition     = length(module.conversions) == 0 && local.environment.worker.QUEUE == "postgres"
    error_message = "Expected no topic."
  }

  assert {
    condition     = google_compute_region_autoscaler.worker.autoscaling_policy[0].cpu_utilization[0].target == 0.6
    error_message = "Expected workers by CPU, which ffmpeg keeps busy."
  }
}

run "a_machine_may_hold_the_share" {
  command = plan

  variables {
    share    = "machine"
    share_gb = 200
  }

  assert {
    condition     = length(google_filestore_instance.this) == 0 && google_compute_instance.nfs[0].deletion_protection
    error_message = "Expected a protected machine instead of Filestore."
  }

  assert {
    condition     = output.export == "tonemill-nfs.europe-west1-b.c.tonemill-test.internal:/nfs/home"
    error_message = "Expected a name and not an address."
  }

  assert {
    condition     = length(google_compute_instance.nfs[0].network_interface[0].access_config) == 0
    error_message = "Expected no external address."
  }
}

run "too_many_machines_are_told" {
  command = plan

  variables {
    database_connections = 50
  }

  expect_failures = [check.connections_fit]
}

run "a_zone_elsewhere_is_refused" {
  command = plan

  variables {
    zone = "us-central1-a"
  }

  expect_failures = [var.zone]
}

run "another_queue_is_refused" {
  command = plan

  variables {
    queue = "redis"
  }

  expect_failures = [var.queue]
}
