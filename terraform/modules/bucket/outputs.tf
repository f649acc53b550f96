output "name" {
  description = "Name of the bucket; known only after its grants exist."
  value       = google_storage_bucket.this.name
  depends_on  = [google_storage_bucket_iam_policy.this]
}
