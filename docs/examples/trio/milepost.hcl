# A static site, a web app with a migration, and a worker from the web app's own build.
project = "trio"

variable "greeting" {
  default = "Welcome"
}

variable "token" {
  description = "What the worker signs its orders with."
  sensitive   = true
  env         = ["TRIO_TOKEN"]
  default     = "a-token-for-trying-out"
}

app "site" {
  path = "site"

  build {
    use "files" {}
  }

  # No command: the files themselves are served.
  deploy {
    use "local" {}
  }
}

app "web" {
  path = "shop"

  health {
    path    = "/healthz"
    timeout = "30s"
  }

  config {
    env = {
      GREETING = var.greeting
      RELEASE  = "${app.name} in ${workspace.name}"
    }
  }

  build {
    use "files" {
      exclude = ["*.db"]
    }
  }

  deploy {
    use "local" {
      command  = ["python3", "web.py"]
      replicas = 2
    }

    # Runs once in the new artifact, before anything of it starts.
    task "migrate" {
      command = ["python3", "migrate.py"]
    }

    hook {
      when    = "after"
      command = ["echo", "staged ${artifact.digest}"]
    }
  }

  release {
    verify {
      path = "/healthz"
    }
  }
}

app "worker" {
  path       = "shop"
  depends_on = ["web"]

  config {
    env = {
      TOKEN = var.token
    }
  }

  # The same artifact as the web app: built once, and live together with it.
  build {
    from = "web"
  }

  deploy {
    use "local" {
      command = ["python3", "worker.py"]
      worker  = true
    }
  }
}
