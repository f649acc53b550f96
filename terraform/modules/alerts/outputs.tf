output "dashboard" {
  description = "Id of the dashboard."
  value       = google_monitoring_dashboard.this.id
}

output "policies" {
  description = "Alert policies by their key: display name and filter."
  value       = { for key, policy in merge(var.alerts, { uptime = local.uptime }) : key => { display_name = google_monitoring_alert_policy.this[key].display_name, filter = policy.filter } }
}

output "host" {
  description = "Host whose health is asked."
  value       = google_monitoring_uptime_check_config.health.monitored_resource[0].labels.host
}
