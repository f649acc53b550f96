# Rates by address, before a request costs an instance. Passwords are guessed at /api/auth, so less goes through there.
resource "google_compute_security_policy" "this" {
  name = var.name
  type = "CLOUD_ARMOR"

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable = true
    }
  }

  rule {
    description = "Log4j look-ups; no part of the service is Java, so such a request is an attack."
    priority    = 100
    action      = "deny(403)"

    match {
      expr {
        expression = "evaluatePreconfiguredWaf('cve-canary')"
      }
    }
  }

  rule {
    description = "Signing up and logging in."
    priority    = 1000
    action      = "throttle"

    match {
      expr {
        expression = "request.path.startsWith('/api/auth/')"
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = var.logins_per_minute
        interval_sec = 60
      }
    }
  }

  rule {
    description = "Everything else."
    priority    = 2147483647
    action      = "throttle"

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = var.requests_per_minute
        interval_sec = 60
      }
    }
  }
}
