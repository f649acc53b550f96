locals {
  # The main branch deploys; pull requests are built and tested, by an account that may deploy nothing.
  triggers = {
    main         = { account = google_service_account.build.id, deploy = "true", description = "Builds, tests and deploys the main branch." }
    pull-request = { account = google_service_account.check.id, deploy = "false", description = "Builds and tests a pull request; deploys nothing." }
  }
}

resource "google_cloudbuild_trigger" "this" {
  for_each = var.repository == null ? {} : local.triggers

  name            = "${var.name}-${each.key}"
  location        = var.region
  description     = each.value.description
  filename        = "cloudbuild.yaml"
  service_account = each.value.account

  repository_event_config {
    repository = var.repository

    dynamic "push" {
      for_each = each.key == "main" ? ["^main$"] : []

      content {
        branch = push.value
      }
    }

    dynamic "pull_request" {
      for_each = each.key == "pull-request" ? ["^main$"] : []

      content {
        branch          = pull_request.value
        comment_control = "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY"
      }
    }
  }

  substitutions = {
    _DEPLOY = each.value.deploy
    _NAME   = var.name
    _REGION = var.region
  }
}
