locals {
  port = 8080

  metadata = {
    enable-oslogin         = "TRUE"
    block-project-ssh-keys = "TRUE"
    serial-port-enable     = "FALSE"
  }

  common_environment = {
    NODE_ENV             = "production"
    GOOGLE_CLOUD_PROJECT = var.project
    TONEMILL_DATA        = "/var/lib/tonemill"
    STORAGE              = "nfs"
    NFS_ORIGINALS        = local.roots.originals
    NFS_RESULTS          = local.roots.results
    DATABASE             = "cloudsql"
    CLOUDSQL_INSTANCE    = module.database.connection_name
    CLOUDSQL_ADDRESS     = "private"
    DATABASE_NAME        = module.database.database
    FFMPEG_PATH          = "/usr/bin/ffmpeg"
    FFPROBE_PATH         = "/usr/bin/ffprobe"
    PAUSED               = tostring(var.paused)
    MAX_UPLOAD_BYTES     = tostring(var.max_upload_bytes)
    MAX_RESULT_BYTES     = tostring(var.max_result_bytes)
    MAX_DURATION_SECONDS = tostring(var.max_duration_seconds)
    RETENTION_DAYS       = tostring(var.retention_days)
    MAX_RETENTION_DAYS   = tostring(var.max_retention_days)
    DESTINATION_BUCKETS  = join(",", var.destination_buckets)

    SANDBOX                    = var.sandbox
    FFMPEG_FLOOR               = var.ffmpeg_floor
    STALL_TIMEOUT_SECONDS      = tostring(var.stall_timeout_seconds)
    CONVERSION_TIMEOUT_SECONDS = tostring(var.conversion_timeout_seconds)

    REGISTRATION              = var.registration
    ADMIN_EMAILS              = join(",", var.admin_emails)
    REQUESTS_PER_USER         = tostring(var.limits.requests_per_user)
    REQUESTS_PER_ADDRESS      = tostring(var.limits.requests_per_address)
    FAILED_LOGINS             = tostring(var.limits.failed_logins)
    FAILED_LOGINS_PER_ADDRESS = tostring(var.limits.failed_logins_per_address)
    SIGN_UPS_PER_ADDRESS      = tostring(var.limits.sign_ups_per_address)
    MAX_OPEN_UPLOADS          = tostring(var.limits.open_uploads)
    MAX_WAITING_TASKS         = tostring(var.limits.waiting_tasks)
    MAX_RUNNING_TASKS         = tostring(var.limits.running_tasks)
    MAX_STORED_BYTES          = tostring(var.limits.stored_bytes)
    MAX_AUDIO_MINUTES_PER_DAY = tostring(var.limits.audio_minutes_per_day)
    MIN_FREE_BYTES            = tostring(var.min_free_bytes)
  }

  traces_environment = { for name, url in { OTEL_EXPORTER_OTLP_ENDPOINT = var.otlp_endpoint } : name => url if url != null }

  queue_environment = local.pubsub ? {
    QUEUE               = "pubsub"
    PUBSUB_TOPIC        = module.conversions[0].topic
    PUBSUB_SUBSCRIPTION = module.conversions[0].subscription
    # Messages for all workers and no more: Pub/Sub delivers in no order, the database hands out fair turns.
    PUBSUB_MAX_MESSAGES = tostring(var.worker.max * var.worker_conversions)
  } : { QUEUE = "postgres" }

  # TRUST_PROXY: the load balancer adds two addresses to X-Forwarded-For, its client's and its own.
  environment = {
    api = merge(local.common_environment, local.queue_environment, local.traces_environment, {
      PORT          = tostring(local.port)
      TRUST_PROXY   = "2"
      CORS_ORIGINS  = join(",", var.cors_origins)
      DATABASE_USER = module.database.users["api"]
      DATABASE_POOL = tostring(var.api.pool)
    })
    worker = merge(local.common_environment, local.queue_environment, local.traces_environment, {
      DATABASE_USER = module.database.users["worker"]
      DATABASE_POOL = tostring(var.worker.pool)
      CONVERSIONS   = tostring(var.worker_conversions)
    })
  }

  secrets = {
    api = {
      JWT_PRIVATE_KEYS   = module.secrets.ids["jwt-private-keys"]
      SERVICE_CREDENTIAL = module.secrets.ids["service-credential"]
    }
    worker = {}
  }

  user_data = {
    for role in ["api", "worker"] : role => templatefile("${path.module}/files/machine.yaml.tftpl", {
      role         = role
      export       = local.export
      roots        = local.roots
      environment  = local.environment[role]
      unit         = file("${path.module}/files/tonemill-${role}.service")
      secrets_unit = file("${path.module}/files/tonemill-secrets.service")
      secrets_script = templatefile("${path.module}/files/secrets.sh.tftpl", {
        project = var.project
        secrets = local.secrets[role]
      })
      install_script = templatefile("${path.module}/files/install.sh.tftpl", {
        node_version = var.node_version
        bucket       = module.releases.name
        release      = var.release
        roots        = local.roots
      })
    })
  }
}
