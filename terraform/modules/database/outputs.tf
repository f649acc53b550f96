output "connection_name" {
  description = "Connection name of the instance: project:region:name (CLOUDSQL_INSTANCE)."
  value       = google_sql_database_instance.this.connection_name
}

output "instance" {
  description = "Name of the instance."
  value       = google_sql_database_instance.this.name
}

output "database" {
  description = "Name of the database (DATABASE_NAME)."
  value       = google_sql_database.this.name
}

output "users" {
  description = "The database's name for each account (DATABASE_USER), by the same keys as `accounts`."
  value       = { for key, user in google_sql_user.account : key => user.name }
}

output "private_address" {
  description = "Private address of the instance, for the owner's URL."
  value       = google_sql_database_instance.this.private_ip_address
}
