variable "project" {
  type        = string
  description = "Project whose owners own the bucket."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "Expected a project id: 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "name" {
  type        = string
  description = "Name of the bucket; unique in all of Google Cloud."

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$", var.name))
    error_message = "Expected 3 to 63 lower-case letters, digits, hyphens and underscores."
  }
}

variable "region" {
  type        = string
  description = "Region, such as europe-west1."

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "Expected a region such as europe-west1."
  }
}

variable "labels" {
  type        = map(string)
  description = "Labels of all resources that accept labels."
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.labels) : can(regex("^[a-z][a-z0-9_-]{0,62}$", key))])
    error_message = "Expected keys of lower-case letters, digits, hyphens and underscores."
  }
}

variable "origins" {
  type        = list(string)
  description = "Origins from which browsers may upload and download."
  default     = []

  validation {
    condition     = alltrue([for origin in var.origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "Expected origins such as https://audio.example.com, without a path and without a wildcard."
  }
}

variable "delete_after_days" {
  type        = number
  description = "Days after which objects are deleted; null keeps them."
  default     = null

  validation {
    condition     = var.delete_after_days == null ? true : var.delete_after_days >= 1
    error_message = "Expected at least 1, or null."
  }
}

variable "soft_delete_days" {
  type        = number
  description = "Days for which a deleted object can be restored."
  default     = 7

  validation {
    condition     = var.soft_delete_days >= 7 && var.soft_delete_days <= 90
    error_message = "Expected 7 to 90."
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Whether a bucket with objects in it can not be destroyed."
  default     = true
}

variable "grants" {
  type        = list(object({ name = string, role = string, account = string, prefix = optional(string) }))
  description = "Grants by name: a role on the bucket, the email address of a service account, and optionally the prefix of the object names to which the grant applies."
  default     = []

  validation {
    condition     = alltrue([for grant in var.grants : startswith(grant.role, "roles/storage.")])
    error_message = "Expected roles of Cloud Storage."
  }
}
