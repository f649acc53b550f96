locals {
  machine  = "resource.type = \"gce_instance\" AND metadata.user_labels.app = \"${var.name}\""
  sql      = "resource.type = \"cloudsql_database\" AND resource.label.database_id = \"${var.project}:${module.database.instance}\""
  messages = "resource.type = \"pubsub_subscription\" AND resource.label.subscription_id"

  # pg-boss reports nothing to Google; the database and the API's lists show tasks that wait too long.
  queue_alerts = local.pubsub ? {
    oldest_message = {
      display_name = "Oldest message waits"
      filter       = "${local.messages} = \"${module.conversions[0].subscription}\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      aligner      = "ALIGN_MAX", reducer = "REDUCE_MAX", group_by = [], threshold = 900, minutes = 10, severity = "ERROR"
      remedy       = "More tasks come in than are converted, or none is converted. Raise worker.max (and the quota of CPUs), or look whether workers run."
    }
    dead_letters = {
      display_name = "Dead letters"
      filter       = "${local.messages} = \"${module.conversions[0].subscription}\" AND metric.type = \"pubsub.googleapis.com/subscription/dead_letter_message_count\""
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [], threshold = 0, minutes = 0, severity = "ERROR"
      remedy       = "A message was delivered a hundred times. Its task is in the message; the sweep fails it when its attempts are used up."
    }
  } : {}
}

module "alerts" {
  source = "../modules/alerts"

  project         = var.project
  project_number  = local.project_number
  name            = var.name
  host            = var.host
  emails          = var.alert_emails
  labels          = local.labels
  billing_account = var.billing_account
  monthly_budget  = var.monthly_budget
  currency        = var.currency

  log_metrics = {
    conversions_failed = {
      description = "Conversions that failed"
      filter      = "resource.type = \"gce_instance\" AND ${var.conversion_failed_filter}"
      labels      = { code = "EXTRACT(jsonPayload.code)" }
    }
    weak_sandboxes = {
      description = "Starts of ffmpeg's sandbox at a level that leaves files or the network open"
      filter      = "resource.type = \"gce_instance\" AND labels.\"compute.googleapis.com/resource_name\" : \"${var.name}-\" AND jsonPayload.message : \"Nothing keeps ffmpeg from\""
      labels      = {}
    }
    errors = {
      description = "Log lines of severity ERROR or worse"
      filter      = "resource.type = \"gce_instance\" AND labels.\"compute.googleapis.com/resource_name\" : \"${var.name}-\" AND severity >= ERROR"
      labels      = {}
    }
  }

  alerts = merge(local.queue_alerts, {
    answers_5xx = {
      display_name = "Requests answered with 5xx"
      filter       = "resource.type = \"https_lb_rule\" AND resource.label.url_map_name = \"${var.name}\" AND metric.type = \"loadbalancing.googleapis.com/https/request_count\" AND metric.label.response_code_class = 500"
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [], threshold = 5, minutes = 5, severity = "ERROR"
      remedy       = "Look for the request's line in the logs of the API machines; apply the release before when it began with a new one."
    }
    conversions_failed = {
      display_name = "Conversions failing"
      filter       = "resource.type = \"gce_instance\" AND metric.type = \"logging.googleapis.com/user/${var.name}/conversions_failed\""
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [], threshold = var.failed_conversions_per_minute, minutes = 5, severity = "ERROR"
      remedy       = "The label code says why. Damaged uploads are their owners' concern; gave_up and stalled are ours."
    }
    gave_up = {
      display_name = "Conversions given up"
      filter       = "resource.type = \"gce_instance\" AND metric.type = \"logging.googleapis.com/user/${var.name}/conversions_failed\" AND metric.label.code = \"gave_up\""
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [], threshold = 0, minutes = 0, severity = "ERROR"
      remedy       = "Every attempt died, or two broke off in the same way. The log of the task says how; memory comes first."
    }
    weak_sandbox = {
      display_name = "Weak sandbox of ffmpeg"
      filter       = "resource.type = \"gce_instance\" AND metric.type = \"logging.googleapis.com/user/${var.name}/weak_sandboxes\""
      aligner      = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [], threshold = 0, minutes = 0, severity = "WARNING"
      remedy       = "The log line says what is open, and why. See docs/security.md; sandbox = \"required\" refuses to start so."
    }
    machines_cpu = {
      display_name = "CPU of API machines over 70 %"
      filter       = "${local.machine} AND metadata.user_labels.role = \"api\" AND metric.type = \"compute.googleapis.com/instance/cpu/utilization\""
      aligner      = "ALIGN_MEAN", reducer = "REDUCE_MEAN", group_by = [], threshold = 0.7, minutes = 15, severity = "WARNING"
      remedy       = "The group is at its largest, or requests cost more than before: raise api.max or lower api_requests_per_second. Workers are left out: ffmpeg uses what it gets."
    }
    machines_memory = {
      display_name = "Memory of machines over 70 %"
      filter       = "${local.machine} AND metric.type = \"agent.googleapis.com/memory/percent_used\" AND metric.label.state = \"used\""
      aligner      = "ALIGN_MEAN", reducer = "REDUCE_MAX", group_by = ["metadata.user_labels.role"], threshold = 70, minutes = 15, severity = "WARNING"
      remedy       = "Choose a larger machine_type, or lower worker_conversions."
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
      remedy       = "Lower pool of api and worker, or raise database_tier."
    }
  })

  depends_on = [google_project_service.this]
}
