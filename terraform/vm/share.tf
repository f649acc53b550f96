locals {
  nfs_machine = var.share == "machine"

  # The address from which machines mount /nfs/home.
  export = local.nfs_machine ? "${var.name}-nfs.${var.zone}.c.${var.project}.internal:/nfs/home" : "${one(google_filestore_instance.this[*].networks[0].ip_addresses[0])}:/home"
}

resource "google_filestore_instance" "this" {
  count = local.nfs_machine ? 0 : 1

  name                        = "${var.name}-home"
  location                    = var.zone
  tier                        = "ZONAL"
  protocol                    = "NFS_V4_1"
  description                 = "Originals and results."
  labels                      = local.labels
  deletion_protection_enabled = var.deletion_protection

  file_shares {
    name        = "home"
    capacity_gb = var.share_gb

    nfs_export_options {
      ip_ranges   = [var.network_range]
      access_mode = "READ_WRITE"
      # The first machine to boot makes the two folders and gives them to the service's user.
      squash_mode = "NO_ROOT_SQUASH"
    }
  }

  networks {
    network           = module.network.id
    modes             = ["MODE_IPV4"]
    connect_mode      = "PRIVATE_SERVICE_ACCESS"
    reserved_ip_range = module.network.peering_range
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_service_account" "nfs" {
  count = local.nfs_machine ? 1 : 0

  account_id   = "${var.name}-nfs"
  display_name = "Tonemill share"
  description  = "Account of the NFS machine; it has no rights."
  depends_on   = [google_project_service.this]
}

resource "google_compute_disk" "nfs" {
  #checkov:skip=CKV_GCP_37:Google's own keys do; a key of ours that is lost takes every file with it.
  count = local.nfs_machine ? 1 : 0

  name   = "${var.name}-home"
  zone   = var.zone
  type   = "pd-balanced"
  size   = var.share_gb
  labels = local.labels

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_compute_resource_policy" "nfs" {
  count = local.nfs_machine ? 1 : 0

  name   = "${var.name}-home"
  region = var.region

  snapshot_schedule_policy {
    schedule {
      daily_schedule {
        days_in_cycle = 1
        start_time    = "02:00"
      }
    }

    retention_policy {
      max_retention_days    = 14
      on_source_disk_delete = "KEEP_AUTO_SNAPSHOTS"
    }

    snapshot_properties {
      labels = local.labels
    }
  }
}

resource "google_compute_disk_resource_policy_attachment" "nfs" {
  count = local.nfs_machine ? 1 : 0

  name = google_compute_resource_policy.nfs[0].name
  disk = google_compute_disk.nfs[0].name
  zone = var.zone
}

resource "google_compute_instance" "nfs" {
  #checkov:skip=CKV_GCP_38:Google's own keys do; a key of ours that is lost takes every file with it.
  #checkov:skip=CKV_GCP_32:Project-wide keys are blocked by local.metadata, which checkov does not look into.
  count = local.nfs_machine ? 1 : 0

  name                = "${var.name}-nfs"
  zone                = var.zone
  machine_type        = var.share_machine_type
  description         = "Exports /nfs/home; the others find it by its internal name."
  labels              = local.labels
  tags                = [var.name]
  deletion_protection = var.deletion_protection

  metadata = merge(local.metadata, {
    user-data = templatefile("${path.module}/files/nfs.yaml.tftpl", { range = var.network_range })
  })

  boot_disk {
    initialize_params {
      image  = var.image
      type   = "pd-balanced"
      labels = local.labels
    }
  }

  attached_disk {
    source      = google_compute_disk.nfs[0].id
    device_name = "home"
  }

  network_interface {
    subnetwork = module.network.subnetwork
  }

  service_account {
    email  = google_service_account.nfs[0].email
    scopes = ["cloud-platform"]
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  lifecycle {
    ignore_changes = [boot_disk[0].initialize_params[0].image]
  }
}
