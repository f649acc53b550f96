variable "name" {
  type        = string
  description = "Name of the job and of its account."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}$", var.name))
    error_message = "Expected 2 to 29 lower-case letters, digits and hyphens that start with a letter."
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

variable "network" {
  type        = string
  description = "Network that the database is in."

  validation {
    condition     = length(var.network) > 0
    error_message = "Expected a value."
  }
}

variable "subnetwork" {
  type        = string
  description = "Subnetwork that the job takes its address from."

  validation {
    condition     = length(var.subnetwork) > 0
    error_message = "Expected a value."
  }
}

variable "owner_url_secret" {
  type        = string
  description = "Secret id of the postgres:// URL of the owner of the schema."

  validation {
    condition     = length(var.owner_url_secret) > 0
    error_message = "Expected a value."
  }
}

variable "grants" {
  type        = map(string)
  description = "Logins in the database, by what each is: a function, api or worker."

  validation {
    condition     = length(var.grants) > 0
    error_message = "Expected at least one login; no other can read a table."
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Whether Terraform refuses to destroy the job."
  default     = true
}
