resource "google_compute_region_instance_template" "api" {
  name_prefix  = "${var.name}-api-"
  region       = var.region
  machine_type = var.api.machine_type
  labels       = merge(local.labels, { role = "api" })
  tags         = [var.name]
  metadata     = merge(local.metadata, { user-data = local.user_data.api })

  disk {
    source_image = var.image
    boot         = true
    auto_delete  = true
    disk_type    = "pd-balanced"
    disk_size_gb = 20
    labels       = local.labels
  }

  # No external address; the way out is Cloud NAT.
  network_interface {
    subnetwork = module.network.subnetwork
  }

  service_account {
    email  = google_service_account.api.email
    scopes = ["cloud-platform"]
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_health_check" "api" {
  name                = "${var.name}-api"
  check_interval_sec  = 10
  timeout_sec         = 5
  healthy_threshold   = 2
  unhealthy_threshold = 3

  http_health_check {
    port         = local.port
    request_path = "/health"
  }
}

resource "google_compute_region_instance_group_manager" "api" {
  name               = "${var.name}-api"
  region             = var.region
  base_instance_name = "${var.name}-api"

  version {
    instance_template = google_compute_region_instance_template.api.id
  }

  named_port {
    name = "http"
    port = local.port
  }

  auto_healing_policies {
    health_check      = google_compute_health_check.api.id
    initial_delay_sec = 300
  }

  update_policy {
    type                  = "PROACTIVE"
    minimal_action        = "REPLACE"
    max_surge_fixed       = 3
    max_unavailable_fixed = 0
  }

  lifecycle {
    ignore_changes = [target_size]
  }
}

resource "google_compute_region_autoscaler" "api" {
  name   = "${var.name}-api"
  region = var.region
  target = google_compute_region_instance_group_manager.api.id

  autoscaling_policy {
    min_replicas    = var.api.min
    max_replicas    = var.api.max
    cooldown_period = 180

    load_balancing_utilization {
      target = 0.7
    }
  }
}
