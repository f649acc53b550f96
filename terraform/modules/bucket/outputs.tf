output "name" {
  description = "Name of the bucket; known only once its grants stand."
  value       = google_storage_bucket.this.name
  depends_on  = [google_storage_bucket_iam_policy.this]
}
