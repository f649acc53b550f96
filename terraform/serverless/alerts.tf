locals {
  run = "resource.type = \"cloud_run_revision\" AND resource.label.service_name = starts_with(\"${var.name}-\")"
  sql = "resource.type = \"cloudsql_database\" AND resource.label.database_id = \"${var.project}:${module.database.instance}\""
  # Requests of people and programs that are answered with 5xx.
  answers_of_load_balancer = "resource.type = \"https_lb_rule\" AND resource.label.url_map_name = \"${var.name}\" AND metric.type = \"loadbalancing.googleapis.com/https/request_count\" AND metric.label.response_code_class = 500"
  answers_of_api           = "resource.type = \"cloud_run_revision\" AND resource.label.service_name = \"${var.name}-api\" AND metric.type = \"run.googleapis.com/request_count\" AND metric.label.response_code_class = \"5xx\""
  messages                 = "resource.type = \"pubsub_subscription\" AND resource.label.subscription_id = one_of(\"${module.conversions.subscription}\", \"${module.transfers.subscription}\")"
}

module "alerts" {
  source = "../modules/alerts"

  project         = var.project
  project_number  = local.project_number
  name            = var.name
  host            = local.hostname
  emails          = var.alert_emails
  labels          = local.labels
  billing_account = var.billing_account
  monthly_budget  = var.monthly_budget
  currency        = var.currency

  log_metrics = {
    conversions_failed = {
      description = "Conversions that failed"
      filter      = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${var.name}-convert\" AND ${var.conversion_failed_filter}"
      labels      = { code = "EXTRACT(jsonPayload.code)" }
    }
    weak_sandboxes = {
      description = "Starts of ffmpeg's sandbox at a level that leaves files or the network open"
      filter      = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name : \"${var.name}-\" AND jsonPayload.message : \"Nothing keeps ffmpeg from\""
      labels      = {}
    }
    errors = {
      description = "Log lines of severity ERROR or worse"
      filter      = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name : \"${var.name}-\" AND severity >= ERROR"
      labels      = { service = "EXTRACT(resource.labels.service_name)" }
    }
  }

  alerts = {
    answers_5xx = {
      display_name = "Requests answered with 5xx"
      filter       = local.standard ? local.answers_of_load_balancer : local.answers_of_api
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [], threshold = 5, minutes = 5, severity = "ERROR"
      remedy       = "Look for the request's line in the logs of the function; move traffic back when it began with a deployment."
    }
    functions_5xx = {
      display_name = "Functions answering 5xx"
      filter       = "${local.run} AND metric.type = \"run.googleapis.com/request_count\" AND metric.label.response_code_class = \"5xx\""
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = ["resource.label.service_name"], threshold = 10, minutes = 5, severity = "WARNING"
      remedy       = "Events come again after a 5xx, so nothing is lost yet. Look for errors of the function, and whether database and buckets answer."
    }
    oldest_message = {
      display_name = "Oldest message waits"
      filter       = "${local.messages} AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      aligner      = "ALIGN_MAX", reducer = "REDUCE_MAX", group_by = [], threshold = 900, minutes = 10, severity = "ERROR"
      remedy       = "The label subscription_id says of what. More tasks come in than are converted, or none is converted: raise scaling.convert.max (and the quota of CPUs), or look for a function that answers 429 for ever. The same for files of other servers, with scaling.transfer.max."
    }
    dead_letters = {
      display_name = "Dead letters"
      filter       = "${local.messages} AND metric.type = \"pubsub.googleapis.com/subscription/dead_letter_message_count\""
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [], threshold = 0, minutes = 0, severity = "ERROR"
      remedy       = "A message was delivered a hundred times. The function dead-letter has looked at its task, or its transfer; read that line."
    }
    conversions_failed = {
      display_name = "Conversions failing"
      filter       = "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/${var.name}/conversions_failed\""
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [], threshold = var.failed_conversions_per_minute, minutes = 5, severity = "ERROR"
      remedy       = "The label code says why. Damaged uploads are their owners' concern; gave_up and stalled are ours."
    }
    gave_up = {
      display_name = "Conversions given up"
      filter       = "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/${var.name}/conversions_failed\" AND metric.label.code = \"gave_up\""
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [], threshold = 0, minutes = 0, severity = "ERROR"
      remedy       = "Every attempt died, or two broke off in the same way. The log of the task says how; memory comes first."
    }
    weak_sandbox = {
      display_name = "Weak sandbox of ffmpeg"
      filter       = "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/${var.name}/weak_sandboxes\""
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [], threshold = 0, minutes = 0, severity = "WARNING"
      remedy       = "The log line says what is open, and why. See docs/security.md; sandbox = \"required\" refuses to start so."
    }
    functions_cpu = {
      display_name = "CPU of functions over 70 %"
      filter       = "${local.run} AND resource.label.service_name != \"${var.name}-convert\" AND metric.type = \"run.googleapis.com/container/cpu/utilizations\""
      aligner      = "ALIGN_PERCENTILE_95", reducer = "REDUCE_MAX", group_by = ["resource.label.service_name"], threshold = 0.7, minutes = 15, severity = "WARNING"
      remedy       = "Lower the concurrency of the function or give it another CPU. convert is left out: ffmpeg uses what it gets."
    }
    functions_memory = {
      display_name = "Memory of functions over 70 %"
      filter       = "${local.run} AND metric.type = \"run.googleapis.com/container/memory/utilizations\""
      aligner      = "ALIGN_PERCENTILE_95", reducer = "REDUCE_MAX", group_by = ["resource.label.service_name"], threshold = 0.7, minutes = 15, severity = "WARNING"
      remedy       = "Give the function more memory; /tmp is memory too."
    }
    database_cpu = {
      display_name = "CPU of the database over 70 %"
      filter       = "${local.sql} AND metric.type = \"cloudsql.googleapis.com/database/cpu/utilization\""
      aligner      = "ALIGN_MEAN", reducer = "REDUCE_MAX", group_by = [], threshold = 0.7, minutes = 15, severity = "WARNING"
      remedy       = "Query Insights names the statement; else raise database_tier."
    }
    database_memory = {
      display_name = "Memory of the database over 70 %"
      filter       = "${local.sql} AND metric.type = \"cloudsql.googleapis.com/database/memory/utilization\""
      aligner      = "ALIGN_MEAN", reducer = "REDUCE_MAX", group_by = [], threshold = 0.7, minutes = 15, severity = "WARNING"
      remedy       = "Lower the pools in scaling, or raise database_tier."
    }
  }

  depends_on = [google_project_service.this]
}
