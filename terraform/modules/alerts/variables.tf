variable "project" {
  type        = string
  description = "Project id."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "Expected a project id: 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "project_number" {
  type        = string
  description = "Number of the project, which identifies it in budgets."

  validation {
    condition     = length(var.project_number) > 0
    error_message = "Expected the number of the project."
  }
}

variable "name" {
  type        = string
  description = "Name, and prefix of the names of its resources."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,40}$", var.name))
    error_message = "Expected 2 to 41 lower-case letters, digits and hyphens that start with a letter."
  }
}

variable "host" {
  type        = string
  description = "Host name under which the service is reached."

  validation {
    condition     = can(regex("^([a-z0-9-]+[.])+[a-z]{2,}$", var.host))
    error_message = "Expected a host name such as audio.example.com."
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

variable "emails" {
  type        = list(string)
  description = "Email addresses that receive alerts."

  validation {
    condition     = length(var.emails) > 0 && alltrue([for email in var.emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "Expected at least one email address."
  }
}

variable "alerts" {
  type = map(object({
    display_name = string
    filter       = string
    aligner      = string
    reducer      = string
    group_by     = list(string)
    threshold    = number
    minutes      = number
    severity     = string
    remedy       = string
  }))
  description = "Alert policies: each alerts if the filtered series stays over the threshold for so many minutes, and names a remedy."

  validation {
    condition     = alltrue([for alert in values(var.alerts) : contains(["WARNING", "ERROR", "CRITICAL"], alert.severity)])
    error_message = "Expected the severities WARNING, ERROR or CRITICAL."
  }
}

variable "log_metrics" {
  type        = map(object({ description = string, filter = string, labels = map(string) }))
  description = "Counters of log lines, by name; labels are extractors."
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.log_metrics) : can(regex("^[a-z_]+$", key))])
    error_message = "Expected names of lower-case letters and underscores."
  }
}

variable "billing_account" {
  type        = string
  description = "Billing account for the budget; null for no budget."
  default     = null

  validation {
    condition     = var.billing_account == null ? true : can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "Expected an id such as 012345-6789AB-CDEF01, or null."
  }
}

variable "monthly_budget" {
  type        = number
  description = "Budget of a month."
  default     = 100

  validation {
    condition     = var.monthly_budget >= 1 && var.monthly_budget <= 10000000 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "Expected a whole number from 1 to 10000000."
  }
}

variable "currency" {
  type        = string
  description = "Currency of the billing account."
  default     = "USD"

  validation {
    condition     = can(regex("^[A-Z]{3}$", var.currency))
    error_message = "Expected three capital letters."
  }
}
