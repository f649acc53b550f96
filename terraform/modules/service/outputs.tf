output "name" {
  description = "Name of the service; known only once its callers may call it."
  value       = google_cloud_run_v2_service.this.name
  depends_on  = [google_cloud_run_v2_service_iam_member.invoker]
}

output "uri" {
  description = "Address of the service; nobody reaches it but through the load balancer or from inside the project."
  value       = google_cloud_run_v2_service.this.uri
  depends_on  = [google_cloud_run_v2_service_iam_member.invoker]
}
