output "address" {
  description = "Public IPv4 address; the host name's A record."
  value       = google_compute_global_address.this.address
}

output "security_policy" {
  description = "Policy that every backend service names."
  value       = google_compute_security_policy.this.id
}
