output "id" {
  description = "The network; known only after private services can be reached through it."
  value       = google_service_networking_connection.services.network
}

output "name" {
  description = "Name of the network."
  value       = google_compute_network.this.name
}

output "subnetwork" {
  description = "The subnetwork's id."
  value       = google_compute_subnetwork.this.id
}

output "services_range" {
  description = "Range that private services take their addresses from, such as 10.100.0.0/20."
  value       = "${google_compute_global_address.services.address}/${google_compute_global_address.services.prefix_length}"
}

output "peering_range" {
  description = "Name of the range that private services take their addresses from."
  value       = google_compute_global_address.services.name
}
