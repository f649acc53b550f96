output "name" {
  description = "Name of the job."
  value       = google_cloud_run_v2_job.this.name
}

output "account_id" {
  description = "Full name of the job's account, for policies on it."
  value       = google_service_account.this.name
}
