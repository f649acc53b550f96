# A bucket that can't be made public: access by IAM only, deleted objects kept a while.
resource "google_storage_bucket" "this" {
  #checkov:skip=CKV_GCP_62:Cloud Audit Logs have every access with its account; usage logs would need another bucket to which every account may write.
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
      response_header = ["Content-Type", "Content-Disposition", "Content-MD5", "Content-Range", "Range", "Location", "ETag", "X-Goog-Hash", "X-Goog-Upload-Status", "X-GUploader-UploadID"]
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

locals {
  grouped = { for grant in var.grants : join(" ", compact([grant.role, grant.prefix])) => grant... }

  bindings = merge(
    {
      for key, grants in local.grouped : key => {
        role    = grants[0].role
        prefix  = grants[0].prefix
        members = [for grant in grants : "serviceAccount:${grant.account}"]
      }
    },
    {
      for role in ["roles/storage.legacyBucketOwner", "roles/storage.legacyObjectOwner"] :
      role => { role = role, prefix = null, members = ["projectOwner:${var.project}"] }
    },
  )
}

# The whole policy and not an addition to it: a new bucket lets every viewer of the project read its objects, and every
# editor write them, which is not for people's files.
data "google_iam_policy" "this" {
  dynamic "binding" {
    for_each = local.bindings

    content {
      role    = binding.value.role
      members = binding.value.members

      dynamic "condition" {
        for_each = binding.value.prefix == null ? [] : [binding.value.prefix]

        content {
          title       = "only-${replace(condition.value, "/", "")}"
          description = "Objects whose names begin so, whether they are there or not."
          expression  = "resource.name.startsWith('projects/_/buckets/${var.name}/objects/${condition.value}')"
        }
      }
    }
  }
}

resource "google_storage_bucket_iam_policy" "this" {
  bucket      = google_storage_bucket.this.name
  policy_data = data.google_iam_policy.this.policy_data
}
