output "ids" {
  description = "Secret ids by short name; they name secrets and hold none."
  value       = { for key, secret in google_secret_manager_secret.this : key => secret.secret_id }
}
