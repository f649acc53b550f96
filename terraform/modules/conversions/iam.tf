locals {
  agent = "serviceAccount:service-${var.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

# Without these two the dead-letter topic stays empty and nothing says so.
resource "google_pubsub_topic_iam_member" "agent_publishes_dead_letters" {
  topic  = google_pubsub_topic.dead_letters.name
  role   = "roles/pubsub.publisher"
  member = local.agent
}

resource "google_pubsub_subscription_iam_member" "agent_takes_dead_letters" {
  subscription = google_pubsub_subscription.conversions.name
  role         = "roles/pubsub.subscriber"
  member       = local.agent
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = var.publishers

  topic  = google_pubsub_topic.conversions.name
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${each.value}"
}

# The check of readiness asks whether the topic exists.
resource "google_pubsub_topic_iam_member" "viewer" {
  for_each = var.viewers

  topic  = google_pubsub_topic.conversions.name
  role   = "roles/pubsub.viewer"
  member = "serviceAccount:${each.value}"
}

resource "google_pubsub_subscription_iam_member" "subscriber" {
  for_each = var.subscribers

  subscription = google_pubsub_subscription.conversions.name
  role         = "roles/pubsub.subscriber"
  member       = "serviceAccount:${each.value}"
}
