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

variable "default_backend" {
  type        = string
  description = "Backend service of every path without a route."

  validation {
    condition     = length(var.default_backend) > 0
    error_message = "Expected a value."
  }
}

variable "routes" {
  type        = list(object({ paths = list(string), backend = string }))
  description = "Paths and the backend services that answer them."
  default     = []

  validation {
    condition     = alltrue([for path in flatten(var.routes[*].paths) : startswith(path, "/")])
    error_message = "Expected paths that start with a slash."
  }
}

variable "requests_per_minute" {
  type        = number
  description = "Requests a minute from one address before it gets 429."
  default     = 1200

  validation {
    condition     = var.requests_per_minute >= 60 && var.requests_per_minute <= 1000000 && floor(var.requests_per_minute) == var.requests_per_minute
    error_message = "Expected a whole number from 60 to 1000000."
  }
}

variable "logins_per_minute" {
  type        = number
  description = "Requests a minute to /api/auth from one address before it gets 429."
  default     = 30

  validation {
    condition     = var.logins_per_minute >= 1 && var.logins_per_minute <= 100000 && floor(var.logins_per_minute) == var.logins_per_minute
    error_message = "Expected a whole number from 1 to 100000."
  }
}
