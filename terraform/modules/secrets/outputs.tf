output "ids" {
  description = "Secret ids by short name; no values of secrets."
  value       = { for key, secret in google_secret_manager_secret.this : key => secret.secret_id }
}
