output "name" {
  description = "Name of the service; known only after its callers have their rights."
  value       = google_cloud_run_v2_service.this.name
  depends_on  = [google_cloud_run_v2_service_iam_member.invoker]
}

output "uri" {
  description = "Address of the service; without `ingress` only the load balancer and the project reach it."
  value       = google_cloud_run_v2_service.this.uri
  depends_on  = [google_cloud_run_v2_service_iam_member.invoker]
}

output "ingress" {
  description = "Sources of requests that the service accepts."
  value       = google_cloud_run_v2_service.this.ingress
}

output "egress" {
  description = "Requests of the service that go through the network, and its network tags there."
  value = {
    through = google_cloud_run_v2_service.this.template[0].vpc_access[0].egress
    tags    = google_cloud_run_v2_service.this.template[0].vpc_access[0].network_interfaces[0].tags
  }
}
