variable "name" {
  type        = string
  description = "Name of the service."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}$", var.name))
    error_message = "Expected 2 to 29 lower-case letters, digits and hyphens that start with a letter."
  }
}

variable "function" {
  type        = string
  description = "Target that functions-framework runs."

  validation {
    condition     = can(regex("^[a-z][a-z-]*$", var.function))
    error_message = "Expected a target of functions/index.ts."
  }
}

variable "account" {
  type        = object({ email = string, name = string })
  description = "Service account that the function runs as: email address and full name."

  validation {
    condition     = length(var.account.email) > 0
    error_message = "Expected a service account of the function's own."
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
  description = "Network that the service reaches the database in."

  validation {
    condition     = length(var.network) > 0
    error_message = "Expected a value."
  }
}

variable "subnetwork" {
  type        = string
  description = "Subnetwork that its instances take their addresses from."

  validation {
    condition     = length(var.subnetwork) > 0
    error_message = "Expected a value."
  }
}

variable "egress" {
  type        = string
  description = "Requests that go through the network: those to private addresses, or all."
  default     = "PRIVATE_RANGES_ONLY"

  validation {
    condition     = contains(["PRIVATE_RANGES_ONLY", "ALL_TRAFFIC"], var.egress)
    error_message = "Expected PRIVATE_RANGES_ONLY or ALL_TRAFFIC."
  }
}

variable "network_tags" {
  type        = list(string)
  description = "Network tags of its instances besides its name, for rules of the firewall."
  default     = []

  validation {
    condition     = alltrue([for tag in var.network_tags : can(regex("^[a-z][a-z0-9-]{0,62}$", tag))])
    error_message = "Expected lower-case letters, digits and hyphens that start with a letter."
  }
}

variable "cpu" {
  type        = number
  description = "CPUs of an instance."
  default     = 1

  validation {
    condition     = var.cpu >= 1 && var.cpu <= 8 && floor(var.cpu) == var.cpu
    error_message = "Expected a whole number from 1 to 8."
  }
}

variable "memory" {
  type        = string
  description = "Memory of an instance; its /tmp uses this memory."
  default     = "512Mi"

  validation {
    condition     = can(regex("^[0-9]+(Mi|Gi)$", var.memory))
    error_message = "Expected a size such as 512Mi or 4Gi."
  }
}

variable "concurrency" {
  type        = number
  description = "Requests at once in an instance."
  default     = 80

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "Expected a whole number from 1 to 1000."
  }
}

variable "min_instances" {
  type        = number
  description = "Instances kept warm."
  default     = 0

  validation {
    condition     = var.min_instances >= 0 && var.min_instances <= 1000 && floor(var.min_instances) == var.min_instances
    error_message = "Expected a whole number from 0 to 1000."
  }
}

variable "max_instances" {
  type        = number
  description = "The most instances."
  default     = 10

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 1000 && floor(var.max_instances) == var.max_instances
    error_message = "Expected a whole number from 1 to 1000."
  }
}

variable "timeout_seconds" {
  type        = number
  description = "Seconds after which the platform ends a request."
  default     = 60

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 3600 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "Expected a whole number from 1 to 3600."
  }
}

variable "environment" {
  type        = map(string)
  description = "Plain environment variables."
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.environment) : can(regex("^[A-Z][A-Z0-9_]*$", key))])
    error_message = "Expected names in capital letters."
  }
}

variable "secrets" {
  type        = map(string)
  description = "Environment variables that hold a secret: name to secret id."
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.secrets) : can(regex("^[A-Z][A-Z0-9_]*$", key))])
    error_message = "Expected names in capital letters."
  }
}

variable "audience" {
  type        = string
  description = "Audience of the callers' tokens, in addition to the address of the service; null for none."
  default     = null

  validation {
    condition     = var.audience == null ? true : startswith(var.audience, "https://")
    error_message = "Expected an https URL, or null."
  }
}

variable "invokers" {
  type        = map(string)
  description = "Allowed callers, by a name for each: allUsers or serviceAccount:EMAIL."

  validation {
    condition     = alltrue([for member in values(var.invokers) : member == "allUsers" || startswith(member, "serviceAccount:")])
    error_message = "Expected allUsers or serviceAccount:EMAIL."
  }
}

variable "signs_urls" {
  type        = bool
  description = "Whether the function signs URLs in its own name."
  default     = false
}

variable "ingress" {
  type        = string
  description = "Sources of requests: the load balancer and the project, or everywhere."
  default     = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"

  validation {
    condition     = contains(["INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", "INGRESS_TRAFFIC_ALL"], var.ingress)
    error_message = "Expected INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER or INGRESS_TRAFFIC_ALL."
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Whether Terraform refuses to destroy the service."
  default     = true
}
