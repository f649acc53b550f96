variable "project_number" {
  type        = string
  description = "Number of the project, in the name of its Pub/Sub agent."

  validation {
    condition     = length(var.project_number) > 0
    error_message = "Expected the number of the project."
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

variable "topic" {
  type        = string
  description = "Name of the topic."
  default     = "conversions"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,200}$", var.topic))
    error_message = "Expected lower-case letters, digits and hyphens."
  }
}

variable "subscription" {
  type        = string
  description = "Name of the subscription."
  default     = "conversions-worker"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,200}$", var.subscription))
    error_message = "Expected lower-case letters, digits and hyphens."
  }
}

variable "push" {
  type        = object({ endpoint = string, account = string, audience = string })
  description = "URL that receives pushed messages, and the account of the push; null for workers that pull."
  default     = null

  validation {
    condition     = var.push == null ? true : length(var.push.audience) > 0
    error_message = "Expected an explicit audience."
  }
}

variable "dead_letter_push" {
  type        = object({ endpoint = string, account = string, audience = string })
  description = "URL that receives pushed dead letters, and the account of the push; null for none."
  default     = null

  validation {
    condition     = var.dead_letter_push == null ? true : length(var.dead_letter_push.audience) > 0
    error_message = "Expected an explicit audience."
  }
}

variable "publishers" {
  type        = map(string)
  description = "Service accounts that publish, by a name for each."
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.publishers) : length(key) > 0])
    error_message = "Expected a name for each account."
  }
}

variable "viewers" {
  type        = map(string)
  description = "Service accounts that may check that the topic exists, by a name for each."
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.viewers) : length(key) > 0])
    error_message = "Expected a name for each account."
  }
}

variable "subscribers" {
  type        = map(string)
  description = "Service accounts that pull, by a name for each."
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.subscribers) : length(key) > 0])
    error_message = "Expected a name for each account."
  }
}
