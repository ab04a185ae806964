# A file of Waypoint's for Docker, as its users have it; milepost runs it as it stands.
project = "guestbook"

variable "registry" {
  type    = string
  default = "registry.example.com"
}

variable "base" {
  type    = string
  default = "busybox:1.37"
}

variable "registry_password" {
  type      = string
  sensitive = true
  default   = ""
}

app "web" {
  labels = {
    "service" = "web"
    "env"     = "dev"
  }

  build {
    use "docker" {
      buildkit           = false
      dockerfile         = "Dockerfile"
      disable_entrypoint = true
      no_cache           = false

      build_args = {
        BASE = var.base
      }
    }

    hook {
      when    = "before"
      command = ["echo", "the build of the guestbook begins"]
    }

    registry {
      use "docker" {
        image    = "${var.registry}/guestbook/web"
        tag      = "latest"
        username = "milepost"
        password = var.registry_password
      }
    }
  }

  deploy {
    use "docker" {
      command      = ["httpd", "-f", "-p", "3000", "-h", "/www"]
      service_port = 3000
      extra_ports  = [9000]
      binds        = ["/usr/share:/shared:ro"]
      scratch_path = "/scratch"
      force_pull   = false

      labels = {
        "team" = "guests"
      }

      resources {
        memory = "64m"
        cpu    = "512"
      }

      static_environment = {
        "PLACE" = "the hall"
      }
    }
  }

  url {
    auto_hostname = false
  }
}
