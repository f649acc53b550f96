locals {
  flags = {
    "cloudsql.iam_authentication" = "on"
    "cloudsql.enable_pgaudit"     = "on"
    max_connections               = tostring(var.max_connections)
    log_checkpoints               = "on"
    log_connections               = "on"
    log_disconnections            = "on"
    log_duration                  = "on"
    log_hostname                  = "on"
    log_lock_waits                = "on"
    log_min_duration_statement    = "-1"
    log_min_error_statement       = "error"
    log_min_messages              = "warning"
    log_statement                 = "ddl"
    log_temp_files                = "0"
    "pgaudit.log"                 = "ddl"
  }

  grants = {
    for pair in setproduct(keys(var.accounts), ["roles/cloudsql.client", "roles/cloudsql.instanceUser"]) :
    "${pair[0]} ${pair[1]}" => { account = pair[0], role = pair[1] }
  }
}
