variable "project" {
  type        = string
  description = "Project id."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "Expected a project id: 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "name" {
  type        = string
  description = "Name of the instance. The name of a deleted instance can't be used again for a week."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,60}$", var.name))
    error_message = "Expected lower-case letters, digits and hyphens that start with a letter."
  }
}

variable "region" {
  type        = string
  description = "Region of the instance."

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "Expected a region such as europe-west1."
  }
}

variable "network" {
  type        = string
  description = "Network in which the instance has its private address."

  validation {
    condition     = length(var.network) > 0
    error_message = "Expected a network; the instance has no public address."
  }
}

variable "database" {
  type        = string
  description = "Name of the database."
  default     = "tonemill"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database))
    error_message = "Expected 1 to 63 lower-case letters, digits and underscores."
  }
}

variable "tier" {
  type        = string
  description = "Machine type, db-custom-CPUS-MEGABYTES, or a shared-core one for trying."

  validation {
    condition     = can(regex("^(db-custom-[0-9]+-[0-9]+|db-f1-micro|db-g1-small)$", var.tier))
    error_message = "Expected db-custom-CPUS-MEGABYTES, db-f1-micro or db-g1-small."
  }
}

variable "disk_gb" {
  type        = number
  description = "First size of the disk in GB; it grows by itself, to ten times this."
  default     = 10

  validation {
    condition     = var.disk_gb >= 10 && var.disk_gb <= 6000
    error_message = "Expected 10 to 6000."
  }
}

variable "max_connections" {
  type        = number
  description = "PostgreSQL's max_connections."

  validation {
    condition     = var.max_connections >= 25 && var.max_connections <= 5000
    error_message = "Expected 25 to 5000."
  }
}

variable "highly_available" {
  type        = bool
  description = "Whether a second zone holds a standby."
  default     = true
}

variable "deletion_protection" {
  type        = bool
  description = "Whether Terraform and the API refuse to delete the instance."
  default     = true
}

variable "accounts" {
  type        = map(string)
  description = "Service accounts that may log in, by a name for each: email addresses."

  validation {
    condition     = length(var.accounts) > 0
    error_message = "Expected at least one account; no other can log in."
  }
}

variable "labels" {
  type        = map(string)
  description = "Labels of the instance."
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.labels) : can(regex("^[a-z][a-z0-9_-]{0,62}$", key))])
    error_message = "Expected keys of lower-case letters, digits, hyphens and underscores."
  }
}
