# What the roots share, module by module, against a mocked provider.
mock_provider "google" {
  override_during = plan
}

variables {
  project = "tonemill-test"
  region  = "europe-west1"
  labels  = { app = "tonemill" }
}

run "a_conversion_is_pushed_until_it_is_done" {
  command = plan

  module {
    source = "../modules/conversions"
  }

  variables {
    project_number = "123456789012"
    push           = { endpoint = "https://convert.example.com", account = "push@x.iam.gserviceaccount.com", audience = "https://audio.example.com/functions/convert" }
  }

  assert {
    condition     = google_pubsub_subscription.conversions.ack_deadline_seconds == 600
    error_message = "Expected the longest deadline."
  }

  assert {
    condition     = google_pubsub_subscription.conversions.retry_policy[0].minimum_backoff == "10s" && google_pubsub_subscription.conversions.retry_policy[0].maximum_backoff == "600s"
    error_message = "Expected 10 s to 600 s."
  }

  assert {
    condition     = google_pubsub_subscription.conversions.dead_letter_policy[0].max_delivery_attempts == 100
    error_message = "Expected 100 deliveries: each 429 counts as one."
  }

  assert {
    condition     = google_pubsub_subscription.conversions.expiration_policy[0].ttl == ""
    error_message = "Expected a subscription that never expires."
  }

  assert {
    condition     = google_pubsub_subscription.conversions.push_config[0].oidc_token[0].audience == "https://audio.example.com/functions/convert"
    error_message = "Expected an explicit audience."
  }

  assert {
    condition     = google_pubsub_topic_iam_member.agent_publishes_dead_letters.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com" && google_pubsub_topic_iam_member.agent_publishes_dead_letters.topic == google_pubsub_topic.dead_letters.name
    error_message = "Expected Pub/Sub's agent as publisher of dead letters."
  }

  assert {
    condition     = google_pubsub_subscription_iam_member.agent_takes_dead_letters.subscription == google_pubsub_subscription.conversions.name && google_pubsub_subscription_iam_member.agent_takes_dead_letters.role == "roles/pubsub.subscriber"
    error_message = "Expected Pub/Sub's agent as subscriber of the source."
  }
}

run "workers_pull_where_nothing_is_pushed" {
  command = plan

  module {
    source = "../modules/conversions"
  }

  variables {
    project_number = "123456789012"
    subscribers    = { worker = "worker@x.iam.gserviceaccount.com" }
  }

  assert {
    condition     = length(google_pubsub_subscription.conversions.push_config) == 0 && length(google_pubsub_subscription_iam_member.subscriber) == 1
    error_message = "Expected a pull subscription with one subscriber."
  }
}

run "a_bucket_can_not_be_made_public" {
  command = plan

  module {
    source = "../modules/bucket"
  }

  variables {
    name              = "tonemill-test-results"
    origins           = ["https://audio.example.com"]
    delete_after_days = 30
    grants = [
      { name = "tasks", role = "roles/storage.objectUser", account = "tasks@x.iam.gserviceaccount.com" },
      { name = "site", role = "roles/storage.legacyObjectReader", account = "site@x.iam.gserviceaccount.com", prefix = "ready" },
    ]
  }

  assert {
    condition     = google_storage_bucket.this.public_access_prevention == "enforced" && google_storage_bucket.this.uniform_bucket_level_access
    error_message = "Expected access by IAM only."
  }

  assert {
    condition     = toset([for binding in data.google_iam_policy.this.binding : binding.role]) == toset(["roles/storage.legacyBucketOwner", "roles/storage.legacyObjectOwner", "roles/storage.legacyObjectReader", "roles/storage.objectUser"]) && !anytrue([for binding in data.google_iam_policy.this.binding : anytrue([for member in binding.members : startswith(member, "projectViewer") || startswith(member, "projectEditor")])])
    error_message = "Expected the grants, the project's owners, and neither its viewers nor its editors."
  }

  assert {
    condition     = one([for binding in data.google_iam_policy.this.binding : binding.condition[0].expression if length(binding.condition) > 0]) == "resource.name.startsWith('projects/_/buckets/tonemill-test-results/objects/ready')"
    error_message = "Expected a grant that is narrowed to what it is for."
  }

  assert {
    condition     = google_storage_bucket.this.soft_delete_policy[0].retention_duration_seconds == 604800
    error_message = "Expected deleted objects to be kept for a week."
  }

  assert {
    condition     = google_storage_bucket.this.cors[0].origin == tolist(["https://audio.example.com"]) && alltrue([for header in ["Content-Range", "Range", "Location"] : contains(google_storage_bucket.this.cors[0].response_header, header)])
    error_message = "Expected the site's origin and the headers of resumable uploads."
  }

  assert {
    condition     = google_storage_bucket.this.lifecycle_rule[0].condition[0].age == 30 && google_storage_bucket.this.lifecycle_rule[0].action[0].type == "Delete"
    error_message = "Expected results to go after 30 days."
  }
}

run "originals_stay" {
  command = plan

  module {
    source = "../modules/bucket"
  }

  variables {
    name = "tonemill-test-originals"
  }

  assert {
    condition     = alltrue([for rule in google_storage_bucket.this.lifecycle_rule : rule.action[0].type != "Delete"]) && !google_storage_bucket.this.force_destroy
    error_message = "Expected no rule that deletes originals."
  }
}

run "a_function_is_reached_from_inside_only" {
  command = plan

  module {
    source = "../modules/service"
  }

  variables {
    name            = "tonemill-convert"
    function        = "convert"
    account         = { email = "tonemill-convert@tonemill-test.iam.gserviceaccount.com", name = "projects/-/serviceAccounts/tonemill-convert" }
    network         = "network"
    subnetwork      = "subnetwork"
    concurrency     = 1
    timeout_seconds = 600
    max_instances   = 40
    audience        = "https://audio.example.com/functions/convert"
    secrets         = { JWT_PRIVATE_KEYS = "tonemill-jwt-private-keys" }
    invokers        = { 0 = "serviceAccount:push@tonemill-test.iam.gserviceaccount.com" }
  }

  assert {
    condition     = google_cloud_run_v2_service.this.ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" && google_cloud_run_v2_service.this.deletion_protection
    error_message = "Expected ingress from inside and from the load balancer."
  }

  assert {
    condition     = google_cloud_run_v2_service.this.template[0].max_instance_request_concurrency == 1 && google_cloud_run_v2_service.this.template[0].timeout == "600s"
    error_message = "Expected one conversion at a time, for ten minutes."
  }

  assert {
    condition     = google_cloud_run_v2_service.this.template[0].vpc_access[0].egress == "PRIVATE_RANGES_ONLY"
    error_message = "Expected the way to the database's private address."
  }

  assert {
    condition     = google_cloud_run_v2_service.this.custom_audiences == tolist(["https://audio.example.com/functions/convert"])
    error_message = "Expected the audience that Pub/Sub makes tokens out to."
  }

  assert {
    condition     = toset([for invoker in google_cloud_run_v2_service_iam_member.invoker : invoker.member]) == toset(["serviceAccount:push@tonemill-test.iam.gserviceaccount.com"])
    error_message = "Expected the push account and nobody else."
  }

  assert {
    condition     = toset(keys(google_secret_manager_secret_iam_member.reader)) == toset(["JWT_PRIVATE_KEYS"])
    error_message = "Expected the right to read what it is given."
  }
}

run "the_database_has_no_public_address" {
  command = plan

  module {
    source = "../modules/database"
  }

  variables {
    name            = "tonemill"
    network         = "network"
    tier            = "db-custom-2-7680"
    max_connections = 200
    accounts        = { tasks = "tonemill-tasks@tonemill-test.iam.gserviceaccount.com" }
  }

  assert {
    condition     = !google_sql_database_instance.this.settings[0].ip_configuration[0].ipv4_enabled && google_sql_database_instance.this.settings[0].ip_configuration[0].ssl_mode == "ENCRYPTED_ONLY"
    error_message = "Expected a private address and encryption."
  }

  assert {
    condition     = google_sql_database_instance.this.deletion_protection && google_sql_database_instance.this.settings[0].deletion_protection_enabled
    error_message = "Expected Terraform and the API to refuse to delete it."
  }

  assert {
    condition     = google_sql_database_instance.this.settings[0].backup_configuration[0].enabled && google_sql_database_instance.this.settings[0].backup_configuration[0].point_in_time_recovery_enabled
    error_message = "Expected backups and point-in-time recovery."
  }

  assert {
    condition     = google_sql_user.account["tasks"].name == "tonemill-tasks@tonemill-test.iam" && google_sql_user.account["tasks"].type == "CLOUD_IAM_SERVICE_ACCOUNT"
    error_message = "Expected an IAM user as PostgreSQL spells it."
  }

  assert {
    condition     = alltrue([for grant in google_project_iam_member.client : length(grant.condition) == 1])
    error_message = "Expected roles that are narrowed to this instance."
  }
}
