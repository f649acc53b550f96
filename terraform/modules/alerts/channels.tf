resource "google_monitoring_notification_channel" "email" {
  for_each = toset(var.emails)

  display_name = "Tonemill: ${each.value}"
  type         = "email"
  labels       = { email_address = each.value }
  user_labels  = var.labels
}

locals {
  channels = [for channel in google_monitoring_notification_channel.email : channel.id]
}
