output "dashboard" {
  description = "Id of the dashboard."
  value       = google_monitoring_dashboard.this.id
}

output "policies" {
  description = "Display names of the alert policies."
  value       = [for policy in google_monitoring_alert_policy.this : policy.display_name]
}
