variable "name" {
  type        = string
  description = "Name of the network, and prefix of the names of its resources."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,40}$", var.name))
    error_message = "Expected 2 to 41 lower-case letters, digits and hyphens that start with a letter."
  }
}

variable "region" {
  type        = string
  description = "Region of the subnetwork."

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "Expected a region such as europe-west1."
  }
}

variable "range" {
  type        = string
  description = "IPv4 range of the subnetwork. A Cloud Run instance with direct VPC egress takes up to two addresses."
  default     = "10.10.0.0/20"

  validation {
    condition     = can(cidrnetmask(var.range))
    error_message = "Expected an IPv4 range such as 10.10.0.0/20."
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

variable "nat" {
  type        = bool
  description = "Whether machines without an external address may open connections to the internet."
  default     = false
}
