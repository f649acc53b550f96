output "topic" {
  description = "Short name of the topic (PUBSUB_TOPIC)."
  value       = google_pubsub_topic.conversions.name
}

output "subscription" {
  description = "Short name of the subscription (PUBSUB_SUBSCRIPTION)."
  value       = google_pubsub_subscription.conversions.name
}

output "dead_letter_subscription" {
  description = "Short name of the dead letters' subscription."
  value       = google_pubsub_subscription.dead_letters.name
}
