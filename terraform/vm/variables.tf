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
  default     = "10.20.0.0/20"

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

variable "cors_origins" {
  type        = list(string)
  description = "Origins other than the service's own whose pages may call the API."
  default     = []

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https?://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "Expected origins such as https://audio.example.com, in lower case, without a path and without a wildcard."
  }
}

variable "database_tier" {
  type        = string
  description = "Machine type of the database: db-custom-CPUS-MEGABYTES, or a shared-core one for trying."
  default     = "db-custom-2-7680"

  validation {
    condition     = can(regex("^(db-custom-[0-9]+-[0-9]+|db-f1-micro|db-g1-small)$", var.database_tier))
    error_message = "Expected db-custom-CPUS-MEGABYTES, db-f1-micro or db-g1-small."
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
  description = "PostgreSQL's max_connections."
  default     = 200

  validation {
    condition     = var.database_connections >= 25 && var.database_connections <= 5000 && floor(var.database_connections) == var.database_connections
    error_message = "Expected a whole number from 25 to 5000."
  }
}

variable "database_highly_available" {
  type        = bool
  description = "Whether a second zone holds a standby of the database."
  default     = true
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
  default     = 8589934592

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

variable "retention_days" {
  type        = number
  description = "Days after which originals and results are removed, from the end of the conversion; 0 keeps them."
  default     = 0

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

variable "zone" {
  type        = string
  description = "Zone of the share."

  validation {
    condition     = startswith(var.zone, "${var.region}-")
    error_message = "Expected a zone of the region, such as europe-west1-b."
  }
}

variable "queue" {
  type        = string
  description = "Queue of conversion messages: pubsub, or postgres (pg-boss in the same database)."
  default     = "pubsub"

  validation {
    condition     = contains(["pubsub", "postgres"], var.queue)
    error_message = "Expected pubsub or postgres."
  }
}

variable "share" {
  type        = string
  description = "Server of /nfs/home: filestore, or machine (one NFS machine; cheaper, but not available while it boots)."
  default     = "filestore"

  validation {
    condition     = contains(["filestore", "machine"], var.share)
    error_message = "Expected filestore or machine."
  }
}

variable "share_gb" {
  type        = number
  description = "Size of the share in GB; Filestore starts at 1024."
  default     = 1024

  validation {
    condition     = var.share_gb >= 100 && var.share_gb <= 102400 && floor(var.share_gb) == var.share_gb
    error_message = "Expected a whole number from 100 to 102400."
  }
}

variable "share_machine_type" {
  type        = string
  description = "Machine type of the NFS machine."
  default     = "e2-standard-2"

  validation {
    condition     = length(var.share_machine_type) > 0
    error_message = "Expected a value."
  }
}

variable "api" {
  type        = object({ machine_type = string, min = number, max = number, pool = number })
  description = "API machines: type, minimum, maximum, and database connections of one machine."
  default     = { machine_type = "e2-small", min = 2, max = 6, pool = 10 }

  validation {
    condition     = var.api.min >= 1 && var.api.min <= var.api.max && var.api.max <= 1000
    error_message = "Expected 1 <= min <= max <= 1000."
  }

  validation {
    condition     = var.api.pool >= 1 && var.api.pool <= 100
    error_message = "Expected a pool from 1 to 100."
  }
}

variable "worker" {
  type        = object({ machine_type = string, min = number, max = number, pool = number })
  description = "Worker machines: type, minimum, maximum, and database connections of one machine."
  default     = { machine_type = "e2-standard-2", min = 1, max = 10, pool = 4 }

  validation {
    condition     = var.worker.min >= 1 && var.worker.min <= var.worker.max && var.worker.max <= 1000
    error_message = "Expected 1 <= min <= max <= 1000."
  }

  validation {
    condition     = var.worker.pool >= 1 && var.worker.pool <= 100
    error_message = "Expected a pool from 1 to 100."
  }
}

variable "worker_conversions" {
  type        = number
  description = "Conversions at once on one worker machine."
  default     = 2

  validation {
    condition     = var.worker_conversions >= 1 && var.worker_conversions <= 1024 && floor(var.worker_conversions) == var.worker_conversions
    error_message = "Expected a whole number from 1 to 1024."
  }
}

variable "worker_backlog" {
  type        = number
  description = "Waiting conversions for which one more worker machine starts."
  default     = 10

  validation {
    condition     = var.worker_backlog >= 1 && var.worker_backlog <= 100000 && floor(var.worker_backlog) == var.worker_backlog
    error_message = "Expected a whole number from 1 to 100000."
  }
}

variable "api_requests_per_second" {
  type        = number
  description = "Requests a second that one API machine can answer; the group grows at 70 % of it."
  default     = 200

  validation {
    condition     = var.api_requests_per_second >= 1 && var.api_requests_per_second <= 100000 && floor(var.api_requests_per_second) == var.api_requests_per_second
    error_message = "Expected a whole number from 1 to 100000."
  }
}

variable "queue_pool" {
  type        = number
  description = "Connections of pg-boss in one process."
  default     = 4

  validation {
    condition     = var.queue_pool >= 1 && var.queue_pool <= 100 && floor(var.queue_pool) == var.queue_pool
    error_message = "Expected a whole number from 1 to 100."
  }
}

variable "image" {
  type        = string
  description = "Image of the machines: any with cloud-init and apt."
  default     = "ubuntu-os-cloud/ubuntu-2404-lts-amd64"

  validation {
    condition     = length(var.image) > 0
    error_message = "Expected a value."
  }
}

variable "node_version" {
  type        = string
  description = "Version of Node.js that machines install."
  default     = "24.21.0"

  validation {
    condition     = startswith(var.node_version, "24.") && length(split(".", var.node_version)) == 3
    error_message = "Expected a version of Node 24, such as 24.21.0."
  }
}

variable "release" {
  type        = string
  description = "Archive in the bucket of releases; machines install it when they boot."

  validation {
    condition     = endswith(var.release, ".tar.gz")
    error_message = "Expected the name of a .tar.gz in the bucket of releases."
  }
}

variable "ssh" {
  type        = bool
  description = "Whether SSH through Identity-Aware Proxy is open."
  default     = true
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

variable "min_free_bytes" {
  type        = number
  description = "Bytes that stay free on the share: no upload begins with less."
  default     = 268435456

  validation {
    condition     = var.min_free_bytes >= 0 && var.min_free_bytes <= 9007199254740991 && floor(var.min_free_bytes) == var.min_free_bytes
    error_message = "Expected a whole number of at least 0."
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

variable "conversion_timeout_seconds" {
  type        = number
  description = "The longest conversion, in seconds."
  default     = 3600

  validation {
    condition     = var.conversion_timeout_seconds >= 1 && var.conversion_timeout_seconds <= 86400 && floor(var.conversion_timeout_seconds) == var.conversion_timeout_seconds
    error_message = "Expected a whole number from 1 to 86400."
  }
}

variable "otlp_endpoint" {
  type        = string
  description = "URL of an OpenTelemetry collector that receives traces by OTLP over HTTP; null for none."
  default     = null

  validation {
    condition     = var.otlp_endpoint == null ? true : can(regex("^https?://[^ ]+$", var.otlp_endpoint))
    error_message = "Expected a URL such as http://10.20.0.9:4318, or null."
  }
}
