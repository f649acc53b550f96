# Only the standard profile has a load balancer.
locals {
  public = toset([for key, function in local.deployed : key if function.public && key != "api"])
}

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = local.public

  name                  = "${var.name}-${each.key}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = module.function[each.key].name
  }
}

resource "google_compute_backend_service" "function" {
  for_each = local.public

  name                  = "${var.name}-${each.key}"
  protocol              = "HTTPS"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = module.front[0].security_policy

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  log_config {
    enable      = true
    sample_rate = 1
  }
}

module "front" {
  source = "../modules/front"
  count  = local.standard ? 1 : 0

  name                = var.name
  host                = local.hostname
  labels              = local.labels
  default_backend     = google_compute_backend_service.function["site"].id
  requests_per_minute = var.requests_per_minute
  logins_per_minute   = var.logins_per_minute

  routes = [
    {
      paths   = ["/api/auth/*", "/api/admin/*", "/.well-known/jwks.json"]
      backend = google_compute_backend_service.function["auth"].id
    },
    {
      paths   = ["/api/tasks", "/api/tasks/*", "/api/batches", "/api/batches/*", "/api/uploads/*", "/api/download/*", "/api/tickets", "/api/formats", "/api/probe", "/api/plan", "/api/verify", "/api/convert", "/api/events", "/api/account", "/api/presets", "/api/presets/*", "/api/webhooks", "/api/webhooks/*"]
      backend = google_compute_backend_service.function["tasks"].id
    },
  ]
}
