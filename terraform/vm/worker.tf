resource "google_compute_region_instance_template" "worker" {
  name_prefix  = "${var.name}-worker-"
  region       = var.region
  machine_type = var.worker.machine_type
  labels       = merge(local.labels, { role = "worker" })
  tags         = [var.name]
  metadata     = merge(local.metadata, { user-data = local.user_data.worker })

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
    email  = google_service_account.worker.email
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

# No auto-healing: a worker answers no requests, systemd starts it again, and its leases run out by themselves.
resource "google_compute_region_instance_group_manager" "worker" {
  name               = "${var.name}-worker"
  region             = var.region
  base_instance_name = "${var.name}-worker"

  version {
    instance_template = google_compute_region_instance_template.worker.id
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

# Grows by backlog with Pub/Sub. pg-boss reports no backlog to Google, so the group then grows by CPU, which ffmpeg keeps busy.
resource "google_compute_region_autoscaler" "worker" {
  name   = "${var.name}-worker"
  region = var.region
  target = google_compute_region_instance_group_manager.worker.id

  autoscaling_policy {
    min_replicas    = var.worker.min
    max_replicas    = var.worker.max
    cooldown_period = 180

    dynamic "metric" {
      for_each = local.pubsub ? [module.conversions[0].subscription] : []

      content {
        name                       = "pubsub.googleapis.com/subscription/num_undelivered_messages"
        filter                     = "resource.type = \"pubsub_subscription\" AND resource.label.subscription_id = \"${metric.value}\""
        single_instance_assignment = var.worker_backlog
      }
    }

    dynamic "cpu_utilization" {
      for_each = local.pubsub ? [] : [0.6]

      content {
        target = cpu_utilization.value
      }
    }

    scale_in_control {
      time_window_sec = 600

      max_scaled_in_replicas {
        fixed = 2
      }
    }
  }
}
