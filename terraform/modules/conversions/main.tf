# A topic of messages that each name a task, and the topic of its dead letters.
resource "google_pubsub_topic" "conversions" {
  #checkov:skip=CKV_GCP_83:A message is the number of a task; Google's own keys do, and none of ours can be lost.
  name                       = var.topic
  labels                     = var.labels
  message_retention_duration = "604800s"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_topic" "dead_letters" {
  #checkov:skip=CKV_GCP_83:A message is the number of a task; Google's own keys do, and none of ours can be lost.
  name                       = "${var.topic}-dead-letters"
  labels                     = var.labels
  message_retention_duration = "604800s"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}
