# A 429 while another attempt's lease runs counts as a delivery, so the cap is high; the cap that matters is in the
# task's row.
resource "google_pubsub_subscription" "conversions" {
  name                       = var.subscription
  topic                      = google_pubsub_topic.conversions.id
  labels                     = var.labels
  ack_deadline_seconds       = 600
  message_retention_duration = "604800s"

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = 100
  }

  expiration_policy {
    ttl = ""
  }

  dynamic "push_config" {
    for_each = var.push == null ? [] : [var.push]

    content {
      push_endpoint = push_config.value.endpoint

      oidc_token {
        service_account_email = push_config.value.account
        audience              = push_config.value.audience
      }
    }
  }

  depends_on = [google_pubsub_topic_iam_member.agent_publishes_dead_letters]
}

resource "google_pubsub_subscription" "dead_letters" {
  name                       = "${var.topic}-dead-letters"
  topic                      = google_pubsub_topic.dead_letters.id
  labels                     = var.labels
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s"

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  expiration_policy {
    ttl = ""
  }

  dynamic "push_config" {
    for_each = var.dead_letter_push == null ? [] : [var.dead_letter_push]

    content {
      push_endpoint = push_config.value.endpoint

      oidc_token {
        service_account_email = push_config.value.account
        audience              = push_config.value.audience
      }
    }
  }
}
