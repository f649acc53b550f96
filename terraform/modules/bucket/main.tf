# A bucket that can't be made public: access by IAM only, deleted objects kept a while.
resource "google_storage_bucket" "this" {
  #checkov:skip=CKV_GCP_62:Cloud Audit Logs say who did what; usage logs would need a further bucket that everybody may write to.
  #checkov:skip=CKV_GCP_78:One name, one object: keys hold task and revision, writes a generation precondition, and soft delete keeps what was removed.
  name                        = var.name
  location                    = var.region
  labels                      = var.labels
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  versioning {
    enabled = false
  }

  soft_delete_policy {
    retention_duration_seconds = var.soft_delete_days * 86400
  }

  # PUT and HEAD with these headers are the resumable protocol; browsers must be able to read the answer's.
  dynamic "cors" {
    for_each = length(var.origins) > 0 ? [1] : []

    content {
      origin          = var.origins
      method          = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"]
      response_header = ["Content-Type", "Content-Range", "Range", "Location", "ETag", "X-Goog-Upload-Status", "X-GUploader-UploadID"]
      max_age_seconds = 3600
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.delete_after_days == null ? [] : [var.delete_after_days]

    content {
      action {
        type = "Delete"
      }

      condition {
        age = lifecycle_rule.value
      }
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }

    condition {
      age = 7
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_storage_bucket_iam_member" "this" {
  for_each = { for grant in var.grants : "${grant.role} ${grant.name}" => grant }

  bucket = google_storage_bucket.this.name
  role   = each.value.role
  member = "serviceAccount:${each.value.account}"

  dynamic "condition" {
    for_each = each.value.prefix == null ? [] : [each.value.prefix]

    content {
      title       = "only-${replace(condition.value, "/", "")}"
      description = "Objects whose names begin so, whether they are there or not."
      expression  = "resource.name.startsWith('projects/_/buckets/${google_storage_bucket.this.name}/objects/${condition.value}')"
    }
  }
}
