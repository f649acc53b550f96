variable "project" {
  type        = string
  description = "Project id."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "Expected a project id: 6 to 30 lower-case letters, digits and hyphens."
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

variable "name" {
  type        = string
  description = "Prefix of every name."
  default     = "tonemill"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}$", var.name))
    error_message = "Expected 2 to 15 lower-case letters, digits and hyphens that start with a letter."
  }
}

variable "profile" {
  type        = string
  description = "Size of the deployment: small (one function for all routes, at Cloud Run's address, and a small database) or standard (a function for each part behind a load balancer, and a database with a standby)."
  default     = "small"

  validation {
    condition     = contains(["small", "standard"], var.profile)
    error_message = "Expected small or standard."
  }
}

variable "keep_api" {
  type        = bool
  description = "Whether the standard profile keeps the function api, so that the address of the small one answers until all clients use the host."
  default     = false
}

variable "host" {
  type        = string
  description = "Host name under which the standard profile is reached; the small one has Cloud Run's."
  default     = null

  validation {
    condition     = var.host == null ? true : can(regex("^([a-z0-9-]+[.])+[a-z]{2,}$", var.host))
    error_message = "Expected a host name such as audio.example.com, or null."
  }

  validation {
    condition     = var.host != null || var.profile == "small"
    error_message = "Expected a host name; the standard profile needs one."
  }
}

variable "labels" {
  type        = map(string)
  description = "Labels of all resources that accept labels, in addition to app and mode."
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.labels) : can(regex("^[a-z][a-z0-9_-]{0,62}$", key))])
    error_message = "Expected keys of lower-case letters, digits, hyphens and underscores."
  }
}

variable "network_range" {
  type        = string
  description = "IPv4 range of the subnetwork."
  default     = "10.10.0.0/20"

  validation {
    condition     = can(cidrnetmask(var.network_range))
    error_message = "Expected an IPv4 range such as 10.10.0.0/20."
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Whether Terraform refuses to destroy resources that hold data or serve requests."
  default     = true
}

variable "database_tier" {
  type        = string
  description = "Machine type of the database: db-custom-CPUS-MEGABYTES, or a shared-core one; null for the profile's."
  default     = null

  validation {
    condition     = var.database_tier == null ? true : can(regex("^(db-custom-[0-9]+-[0-9]+|db-f1-micro|db-g1-small)$", var.database_tier))
    error_message = "Expected db-custom-CPUS-MEGABYTES, db-f1-micro, db-g1-small, or null."
  }
}

variable "database_disk_gb" {
  type        = number
  description = "First size of the database's disk in GB."
  default     = 10

  validation {
    condition     = var.database_disk_gb >= 10 && var.database_disk_gb <= 6000 && floor(var.database_disk_gb) == var.database_disk_gb
    error_message = "Expected a whole number from 10 to 6000."
  }
}

variable "database_connections" {
  type        = number
  description = "PostgreSQL's max_connections; null for the profile's."
  default     = null

  validation {
    condition     = var.database_connections == null ? true : var.database_connections >= 25 && var.database_connections <= 5000 && floor(var.database_connections) == var.database_connections
    error_message = "Expected a whole number from 25 to 5000, or null."
  }
}

variable "database_highly_available" {
  type        = bool
  description = "Whether a second zone holds a standby of the database; null for the profile's choice."
  default     = null
}

variable "requests_per_minute" {
  type        = number
  description = "Requests a minute from one address before it gets 429; only the standard profile counts them."
  default     = 1200

  validation {
    condition     = var.requests_per_minute >= 60 && var.requests_per_minute <= 1000000 && floor(var.requests_per_minute) == var.requests_per_minute
    error_message = "Expected a whole number from 60 to 1000000."
  }
}

variable "logins_per_minute" {
  type        = number
  description = "Requests a minute to /api/auth from one address before it gets 429; only the standard profile counts them."
  default     = 30

  validation {
    condition     = var.logins_per_minute >= 1 && var.logins_per_minute <= 100000 && floor(var.logins_per_minute) == var.logins_per_minute
    error_message = "Expected a whole number from 1 to 100000."
  }
}

variable "paused" {
  type        = bool
  description = "Acknowledge conversion messages and convert nothing."
  default     = false
}

variable "max_upload_bytes" {
  type        = number
  description = "The largest original, in bytes."
  default     = 2147483648

  validation {
    condition     = var.max_upload_bytes >= 1 && var.max_upload_bytes <= 1099511627776 && floor(var.max_upload_bytes) == var.max_upload_bytes
    error_message = "Expected a whole number from 1 to 1099511627776."
  }
}

variable "max_result_bytes" {
  type        = number
  description = "The largest result, in bytes."
  default     = 4294967296

  validation {
    condition     = var.max_result_bytes >= 1 && var.max_result_bytes <= 1099511627776 && floor(var.max_result_bytes) == var.max_result_bytes
    error_message = "Expected a whole number from 1 to 1099511627776."
  }
}

variable "max_duration_seconds" {
  type        = number
  description = "The longest audio, in seconds."
  default     = 43200

  validation {
    condition     = var.max_duration_seconds >= 1 && var.max_duration_seconds <= 604800 && floor(var.max_duration_seconds) == var.max_duration_seconds
    error_message = "Expected a whole number from 1 to 604800."
  }
}

variable "convert" {
  type        = object({ cpu = number, memory_gib = number })
  description = "CPUs and memory of one instance of convert; its private folder uses this memory."
  default     = { cpu = 2, memory_gib = 8 }

  validation {
    condition     = contains([1, 2, 4, 8], var.convert.cpu) && var.convert.memory_gib >= 1 && var.convert.memory_gib <= var.convert.cpu * 4
    error_message = "Expected 1, 2, 4 or 8 CPUs and at most 4 GiB for each, as Cloud Run has it."
  }
}

variable "alert_emails" {
  type        = list(string)
  description = "Email addresses that receive alerts."

  validation {
    condition     = length(var.alert_emails) > 0 && alltrue([for email in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "Expected at least one email address."
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
  description = "Budget of a month, in the currency of the billing account."
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

variable "conversion_failed_filter" {
  type        = string
  description = "Logging filter of the log line of a failed conversion."
  default     = "(jsonPayload.message : \"Not convertible\" OR jsonPayload.message : \"The conversion broke off\")"

  validation {
    condition     = length(var.conversion_failed_filter) > 0
    error_message = "Expected a filter of Cloud Logging."
  }
}

variable "failed_conversions_per_minute" {
  type        = number
  description = "Failed conversions a minute that cause an alert if they last for five minutes."
  default     = 5

  validation {
    condition     = var.failed_conversions_per_minute >= 0 && var.failed_conversions_per_minute <= 1000000 && floor(var.failed_conversions_per_minute) == var.failed_conversions_per_minute
    error_message = "Expected a whole number from 0 to 1000000."
  }
}

variable "extra_origins" {
  type        = list(string)
  description = "Origins other than the service's own whose pages may call the API, and upload and download."
  default     = []

  validation {
    condition     = alltrue([for origin in var.extra_origins : can(regex("^https?://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "Expected origins such as https://audio.example.com, in lower case, without a path and without a wildcard."
  }
}

variable "retention_days" {
  type        = number
  description = "Days after which originals and results are removed, from the end of the conversion; 0 keeps them."
  default     = 30

  validation {
    condition     = var.retention_days >= 0 && var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "Expected a whole number from 0 to 36500."
  }
}

variable "max_retention_days" {
  type        = number
  description = "Days for which owners can keep files at most, from the creation of their task."
  default     = 90

  validation {
    condition     = var.max_retention_days >= max(var.retention_days, 1) && var.max_retention_days <= 36500 && floor(var.max_retention_days) == var.max_retention_days
    error_message = "Expected a whole number from retention_days to 36500."
  }
}

variable "sweep_schedule" {
  type        = string
  description = "Schedule of the sweep, in the syntax of cron."
  default     = "*/2 * * * *"

  validation {
    condition     = length(split(" ", var.sweep_schedule)) == 5
    error_message = "Expected five fields, such as */2 * * * *."
  }
}

variable "strays_schedule" {
  type        = string
  description = "Schedule of the sweep that also looks for objects without a task, in the syntax of cron."
  default     = "17 3 * * *"

  validation {
    condition     = length(split(" ", var.strays_schedule)) == 5
    error_message = "Expected five fields, such as 17 3 * * *."
  }
}

variable "repository" {
  type        = string
  description = "Repository of Cloud Build for the triggers, projects/P/locations/R/connections/C/repositories/N; null for none."
  default     = null

  validation {
    condition     = var.repository == null ? true : can(regex("^projects/[^/]+/locations/[^/]+/connections/[^/]+/repositories/[^/]+$", var.repository))
    error_message = "Expected projects/P/locations/R/connections/C/repositories/N, or null."
  }
}

variable "smoke_image" {
  type        = string
  description = "Image with sh and curl, by digest, that runs the smoke tests of candidates."
  default     = "gcr.io/google.com/cloudsdktool/google-cloud-cli:slim@sha256:0673a69a1e178abb079941b326e718aedf3f57bdf5343465e365d826472edd83"

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.smoke_image))
    error_message = "Expected an image by digest, IMAGE@sha256:DIGEST."
  }
}

variable "scaling" {
  type        = map(object({ min = number, max = number, pool = number }))
  description = "For some functions the minimum and maximum of instances, and the database connections of one instance; the others have the profile's."
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.scaling) : contains(["auth", "tasks", "site", "api", "uploaded", "convert", "transfer", "dead-letter", "sweep"], key)])
    error_message = "Expected names of functions."
  }

  validation {
    condition     = alltrue([for scale in values(var.scaling) : scale.min >= 0 && scale.min <= scale.max && scale.max >= 1 && scale.max <= 1000])
    error_message = "Expected 0 <= min <= max, and max from 1 to 1000."
  }

  validation {
    condition     = alltrue([for scale in values(var.scaling) : scale.pool >= 1 && scale.pool <= 100])
    error_message = "Expected pools from 1 to 100."
  }
}

variable "limits" {
  type = object({
    requests_per_user         = optional(number, 6000)
    requests_per_address      = optional(number, 12000)
    failed_logins             = optional(number, 10)
    failed_logins_per_address = optional(number, 100)
    sign_ups_per_address      = optional(number, 100)
    open_uploads              = optional(number, 10000)
    waiting_tasks             = optional(number, 20000)
    running_tasks             = optional(number, 1000)
    stored_bytes              = optional(number, 0)
    audio_minutes_per_day     = optional(number, 0)
  })
  description = "Limits of one user or one address, by the variables in docs/configuration.md; 0 is no limit."
  default     = {}

  validation {
    condition     = alltrue([for limit in values(var.limits) : limit >= 0 && floor(limit) == limit && limit <= 9007199254740991])
    error_message = "Expected whole numbers of at least 0."
  }

  validation {
    condition     = alltrue([for key, limit in var.limits : limit <= (key == "audio_minutes_per_day" ? 10000000 : 1000000000) if key != "stored_bytes"])
    error_message = "Expected at most 1000000000, and for audio_minutes_per_day at most 10000000."
  }
}

variable "destination_buckets" {
  type        = list(string)
  description = "Buckets of Cloud Storage to which everyone with an account may have results delivered by gs://bucket/name; Terraform lets the service write to them."
  default     = []

  validation {
    condition     = alltrue([for bucket in var.destination_buckets : can(regex("^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$", bucket))])
    error_message = "Expected names of buckets, without gs://."
  }
}

variable "registration" {
  type        = string
  description = "Who may sign up: open, invite (by an invitation) or closed (nobody but administrators)."
  default     = "open"

  validation {
    condition     = contains(["open", "invite", "closed"], var.registration)
    error_message = "Expected open, invite or closed."
  }
}

variable "admin_emails" {
  type        = list(string)
  description = "Addresses of the administrators; npm run invite makes the invitation that each needs (docs/administration.md)."
  default     = []

  validation {
    condition     = alltrue([for email in var.admin_emails : can(regex("^[^@, ]+@[^@, ]+$", email))])
    error_message = "Expected email addresses."
  }
}

variable "sandbox" {
  type        = string
  description = "Sandbox of ffmpeg: auto (the strongest that the platform allows), required (no start without one that stops files and network) or off (limits only)."
  default     = "auto"

  validation {
    condition     = contains(["auto", "required", "off"], var.sandbox)
    error_message = "Expected auto, required or off."
  }
}

variable "ffmpeg_floor" {
  type        = string
  description = "Whether an ffmpeg with published holes is logged (warn) or refused (refuse)."
  default     = "warn"

  validation {
    condition     = contains(["warn", "refuse"], var.ffmpeg_floor)
    error_message = "Expected warn or refuse."
  }
}

variable "stall_timeout_seconds" {
  type        = number
  description = "Seconds without progress after which a conversion has stalled."
  default     = 30

  validation {
    condition     = var.stall_timeout_seconds >= 1 && var.stall_timeout_seconds <= 3600 && floor(var.stall_timeout_seconds) == var.stall_timeout_seconds
    error_message = "Expected a whole number from 1 to 3600."
  }
}

variable "removal_net_days" {
  type        = number
  description = "Days after which the buckets remove what the sweep has not; null for max_retention_days and 14 more, 0 for never. Set 0 while files are older than a retention that is new or shorter, until the sweep has removed them."
  default     = null

  validation {
    condition     = var.removal_net_days == null ? true : var.removal_net_days == 0 || (var.removal_net_days >= var.max_retention_days + 14 && floor(var.removal_net_days) == var.removal_net_days)
    error_message = "Expected null, 0, or a whole number of at least max_retention_days + 14, since tasks wait and are warned of within these days."
  }
}
