locals {
  # The two sizes of a deployment. Database, buckets and the functions of events are the same resources in both, so that a change of
  # the profile alters them in place.
  profiles = {
    # One function with every route, at Cloud Run's own address. The sum of max x pool fits the 50 connections of 1.7 GB.
    small = {
      targets              = concat(["api"], local.event_targets)
      database_tier        = "db-g1-small"
      database_standby     = false
      database_connections = 50
      scaling = {
        api         = { min = 0, max = 3, pool = 4 }
        uploaded    = { min = 0, max = 2, pool = 1 }
        convert     = { min = 0, max = 5, pool = 2 }
        transfer    = { min = 0, max = 1, pool = 2 }
        dead-letter = { min = 0, max = 1, pool = 1 }
        sweep       = { min = 0, max = 1, pool = 2 }
      }
    }

    # Functions of their own for log-in, tasks and pages, behind the load balancer and Cloud Armor.
    standard = {
      targets              = concat(["auth", "tasks", "site"], var.keep_api ? ["api"] : [], local.event_targets)
      database_tier        = "db-custom-2-7680"
      database_standby     = true
      database_connections = 200
      scaling = {
        auth        = { min = 0, max = 5, pool = 2 }
        tasks       = { min = 0, max = 10, pool = 4 }
        site        = { min = 0, max = 3, pool = 1 }
        api         = { min = 0, max = 3, pool = 4 }
        uploaded    = { min = 0, max = 10, pool = 1 }
        convert     = { min = 0, max = 40, pool = 2 }
        transfer    = { min = 0, max = 10, pool = 2 }
        dead-letter = { min = 0, max = 2, pool = 1 }
        sweep       = { min = 0, max = 1, pool = 2 }
      }
    }
  }

  event_targets = ["uploaded", "convert", "transfer", "dead-letter", "sweep"]
  profile       = local.profiles[var.profile]
  standard      = var.profile == "standard"

  # Functions of this profile.
  targets  = toset(local.profile.targets)
  deployed = { for key, function in local.functions : key => function if contains(local.targets, key) }
  scaling  = { for key in local.targets : key => lookup(var.scaling, key, local.profile.scaling[key]) }

  database_tier        = coalesce(var.database_tier, local.profile.database_tier)
  database_standby     = coalesce(var.database_highly_available, local.profile.database_standby)
  database_connections = coalesce(var.database_connections, local.profile.database_connections)

  # Cloud Run makes up the address of a service from its name, the project's number and the region, so it is known before the service.
  api_host = "${var.name}-api-${local.project_number}.${var.region}.run.app"
  hostname = local.standard ? var.host : local.api_host
}
