# A web app and a worker, each with a Dockerfile, and the database that both use.
project = "counter"

variable "greeting" {
  default = "Welcome"
}

variable "password" {
  description = "What the database asks of its clients."
  sensitive   = true
  env         = ["COUNTER_PASSWORD"]
  default     = "a-password-for-trying-out"
}

app "db" {
  # Made elsewhere: milepost looks its digest up and runs that.
  build {
    use "docker-ref" {
      image = "redis"
      tag   = "7-alpine"
    }
  }

  # Two on one volume must not overlap, so the old one stops before the new one starts: `stop-first`, the strategy of
  # whatever exposes nothing.
  deploy {
    use "docker" {
      command = ["sh", "-c", "exec redis-server --appendonly yes --dir /data --requirepass \"$PASSWORD\""]
      worker  = true
      volumes = ["data:/data"]

      health_check {
        command = ["sh", "-c", "redis-cli -a \"$PASSWORD\" --no-auth-warning ping | grep -q PONG"]
      }
    }
  }

  config {
    env = {
      PASSWORD = var.password
    }
  }
}

app "web" {
  path       = "web"
  depends_on = ["db"]

  health {
    path    = "/cgi-bin/healthz"
    timeout = "30s"
  }

  config {
    env = {
      GREETING = var.greeting
      PASSWORD = var.password
    }
  }

  build {
    use "docker" {}
  }

  deploy {
    use "docker" {
      service_port = 8080
      replicas     = 2
      init         = true

      resources {
        memory = "64m"
      }
    }

    # Runs once in the new image, with the app's environment, before anything of it starts.
    task "check" {
      command = ["/app/call", "PING"]
    }
  }

  release {
    verify {
      path = "/cgi-bin/healthz"
    }
  }
}

app "worker" {
  path       = "worker"
  depends_on = ["db"]

  config {
    env = {
      PASSWORD = var.password
    }
  }

  build {
    use "docker" {}
  }

  deploy {
    use "docker" {
      worker = true
      init   = true
    }
  }
}
