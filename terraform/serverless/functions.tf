locals {
  jwt_keys   = { JWT_PRIVATE_KEYS = module.secrets.ids["jwt-private-keys"] }
  credential = { SERVICE_CREDENTIAL = module.secrets.ids["service-credential"] }

  # One entry a target of functions/index.ts.
  # public: for everyone, behind the load balancer (api: at its own address). callers: the accounts whose tokens it takes.
  # outward: asks servers of users; the others reach Google's APIs and the database only (egress.tf).
  # TRUST_PROXY: the load balancer adds two addresses to X-Forwarded-For, its client's and its own; Cloud Run alone adds its client's.
  # A multipart upload, 31 MiB and its copy, stands in the memory of `tasks`: 20 at once in 2 GiB.
  # The private folder of `convert` is memory too.
  functions = {
    auth = {
      public = true, callers = [], secrets = local.jwt_keys, environment = { TRUST_PROXY = "2", CORS_ORIGINS = local.cors_origins }
      cpu    = 1, memory = "512Mi", concurrency = 20, timeout = 30, signs_urls = false, outward = false
    }
    tasks = {
      public = true, callers = [local.accounts.convert], secrets = merge(local.jwt_keys, local.credential), environment = { TRUST_PROXY = "2", CORS_ORIGINS = local.cors_origins }
      cpu    = 1, memory = "2Gi", concurrency = 20, timeout = 300, signs_urls = true, outward = false
    }
    site = {
      public = true, callers = [], secrets = {}, environment = { TRUST_PROXY = "2", CORS_ORIGINS = local.cors_origins }
      cpu    = 1, memory = "512Mi", concurrency = 80, timeout = 30, signs_urls = false, outward = false
    }
    # The other three in one, for the small profile.
    api = {
      public = true, callers = [local.accounts.convert], secrets = merge(local.jwt_keys, local.credential), environment = { TRUST_PROXY = "1", CORS_ORIGINS = local.cors_origins }
      cpu    = 1, memory = "2Gi", concurrency = 20, timeout = 300, signs_urls = true, outward = false
    }
    uploaded = {
      public = false, callers = [google_service_account.events.email, google_service_account.smoke.email], secrets = {}, environment = {}
      cpu    = 1, memory = "512Mi", concurrency = 20, timeout = 60, signs_urls = false, outward = false
    }
    convert = {
      public = false, callers = [google_service_account.push.email, google_service_account.smoke.email], secrets = {}
      cpu    = var.convert.cpu, memory = "${var.convert.memory_gib}Gi", concurrency = 1, timeout = 600, signs_urls = false, outward = false
      # Gives up before the platform and the ack deadline (both 600 s) do.
      environment = { CONVERSIONS = "1", CONVERSION_TIMEOUT_SECONDS = "540" }
    }
    # Waits for servers of users, several at once; files stream through.
    transfer = {
      public = false, callers = [google_service_account.push.email, google_service_account.smoke.email], secrets = {}
      cpu    = 1, memory = "1Gi", concurrency = 8, timeout = 600, signs_urls = false, outward = true
      # Gives up before the platform and the ack deadline (both 600 s) do.
      environment = { CONVERSION_TIMEOUT_SECONDS = "540" }
    }
    dead-letter = {
      public = false, callers = [google_service_account.push.email, google_service_account.smoke.email], secrets = {}, environment = {}
      cpu    = 1, memory = "512Mi", concurrency = 10, timeout = 60, signs_urls = false, outward = false
    }
    sweep = {
      public = false, callers = [google_service_account.schedule.email, google_service_account.push.email, google_service_account.smoke.email], secrets = {}, environment = {}
      # Deliveries wait for receivers, and a slow one must not delay the others.
      cpu = 1, memory = "512Mi", concurrency = 10, timeout = 600, signs_urls = false, outward = true
    }
  }

  # Threads of libuv: hashes take at most 2 and name look-ups at most half of them, so that some are left for files.
  environment = {
    NODE_ENV             = "production"
    UV_THREADPOOL_SIZE   = "8"
    GOOGLE_CLOUD_PROJECT = var.project
    TONEMILL_DATA        = "/tmp/tonemill"
    STORAGE              = "gcs"
    GCS_ORIGINALS        = module.originals.name
    GCS_RESULTS          = module.results.name
    QUEUE                = "pubsub"
    PUBSUB_TOPIC         = module.conversions.topic
    # Messages that have the deliveries of webhooks sent.
    PUBSUB_DELIVERIES_TOPIC = google_pubsub_topic.deliveries.name
    # Messages that have files fetched from URLs, and delivered to them.
    PUBSUB_TRANSFERS_TOPIC = module.transfers.topic
    # Messages for all instances and no more: Pub/Sub delivers in no order, the database hands out fair turns.
    PUBSUB_MAX_MESSAGES  = tostring(local.scaling.convert.max)
    DATABASE             = "cloudsql"
    CLOUDSQL_INSTANCE    = module.database.connection_name
    CLOUDSQL_ADDRESS     = "private"
    DATABASE_NAME        = module.database.database
    PAUSED               = tostring(var.paused)
    MAX_UPLOAD_BYTES     = tostring(var.max_upload_bytes)
    MAX_RESULT_BYTES     = tostring(var.max_result_bytes)
    MAX_DURATION_SECONDS = tostring(var.max_duration_seconds)
    RETENTION_DAYS       = tostring(var.retention_days)
    MAX_RETENTION_DAYS   = tostring(var.max_retention_days)
    DESTINATION_BUCKETS  = join(",", var.destination_buckets)

    SANDBOX               = var.sandbox
    FFMPEG_FLOOR          = var.ffmpeg_floor
    STALL_TIMEOUT_SECONDS = tostring(var.stall_timeout_seconds)

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
  }
}

module "function" {
  source   = "../modules/service"
  for_each = { for key, value in local.deployed : key => value if key != "uploaded" }

  name            = "${var.name}-${each.key}"
  function        = each.key
  account         = google_service_account.function[each.key]
  region          = var.region
  labels          = merge(local.labels, { function = each.key })
  network         = module.network.id
  subnetwork      = module.network.subnetwork
  egress          = each.value.outward ? "PRIVATE_RANGES_ONLY" : "ALL_TRAFFIC"
  network_tags    = each.value.outward ? [] : [local.enclosed]
  cpu             = each.value.cpu
  memory          = each.value.memory
  concurrency     = each.value.concurrency
  timeout_seconds = each.value.timeout
  min_instances   = local.scaling[each.key].min
  max_instances   = local.scaling[each.key].max
  audience        = local.audience[each.key]
  signs_urls      = each.value.signs_urls
  secrets         = each.value.secrets
  ingress         = each.key == "api" ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  # A change of the profile replaces the public functions, which hold no data.
  deletion_protection = var.deletion_protection && !each.value.public

  # Cloud Run takes the signature off a token that it has checked itself; where everyone may call it checks none.
  # Every client may call the public functions: the load balancer passes on no identity. Only their callers may call the rest.
  invokers = each.value.public ? { everyone = "allUsers" } : { for index, email in each.value.callers : index => "serviceAccount:${email}" }

  environment = merge(local.environment, each.value.environment, {
    DATABASE_USER  = module.database.users[each.key]
    DATABASE_POOL  = tostring(local.scaling[each.key].pool)
    OIDC_AUDIENCE  = local.audience[each.key]
    OIDC_CALLERS   = join(",", each.value.callers)
    OIDC_SIGNATURE = each.value.public ? "verify" : "removed"
  })
}

# Apart from the others, because Eventarc makes its tokens out to the service's own address and takes no other
# audience. A service can't name its own address before it exists; a neighbour's has the same project hash in it.
module "uploaded" {
  source = "../modules/service"

  name                = "${var.name}-uploaded"
  function            = "uploaded"
  account             = google_service_account.function["uploaded"]
  region              = var.region
  labels              = merge(local.labels, { function = "uploaded" })
  network             = module.network.id
  subnetwork          = module.network.subnetwork
  egress              = "ALL_TRAFFIC"
  network_tags        = [local.enclosed]
  cpu                 = local.functions.uploaded.cpu
  memory              = local.functions.uploaded.memory
  concurrency         = local.functions.uploaded.concurrency
  timeout_seconds     = local.functions.uploaded.timeout
  min_instances       = local.scaling.uploaded.min
  max_instances       = local.scaling.uploaded.max
  audience            = local.audience.uploaded
  secrets             = local.functions.uploaded.secrets
  invokers            = { for index, email in local.functions.uploaded.callers : index => "serviceAccount:${email}" }
  deletion_protection = var.deletion_protection

  environment = merge(local.environment, local.functions.uploaded.environment, {
    DATABASE_USER  = module.database.users["uploaded"]
    DATABASE_POOL  = tostring(local.scaling.uploaded.pool)
    OIDC_CALLERS   = join(",", local.functions.uploaded.callers)
    OIDC_SIGNATURE = "removed"
    OIDC_AUDIENCE = join(",", [
      local.audience.uploaded,
      "https://${var.name}-uploaded-${local.project_number}.${var.region}.run.app",
      replace(module.function["sweep"].uri, "${var.name}-sweep", "${var.name}-uploaded"),
    ])
  })
}

check "files_fit_into_memory" {
  assert {
    condition     = var.max_upload_bytes + var.max_result_bytes + 1073741824 <= var.convert.memory_gib * 1073741824
    error_message = "The private folder of convert is memory: an original of max_upload_bytes, a result of max_result_bytes and 1 GiB for programs are more than convert.memory_gib. Raise it, or lower the two."
  }
}
