variable "name" {
  type        = string
  description = "Prefix of the secret ids."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,40}$", var.name))
    error_message = "Expected 2 to 41 lower-case letters, digits and hyphens that start with a letter."
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

variable "secrets" {
  type        = map(string)
  description = "Purpose of each secret, by its short name."

  validation {
    condition     = alltrue([for key in keys(var.secrets) : can(regex("^[a-z][a-z-]*$", key))])
    error_message = "Expected short names of lower-case letters and hyphens."
  }
}
