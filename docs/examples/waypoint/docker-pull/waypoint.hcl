# A file of Waypoint's for images that are made elsewhere, as its users have it; milepost runs it as it stands.
project = "notices"

variable "registry" {
  type    = string
  default = "registry.example.com"
}

variable "registry_password" {
  type      = string
  sensitive = true
  default   = ""
}

app "board" {
  build {
    use "docker-pull" {
      image              = "${var.registry}/notices/board"
      tag                = "stable"
      disable_entrypoint = true

      auth {
        username = "milepost"
        password = var.registry_password
      }
    }
  }

  deploy {
    use "docker" {
      service_port = 3000

      static_environment = {
        "LEVEL" = "info"
      }
    }
  }
}

app "mirror" {
  build {
    use "docker-ref" {
      image = "${var.registry}/notices/board"
      tag   = "stable"
    }
  }

  deploy {
    use "docker" {
      service_port = 3000

      auth {
        username = "milepost"
        password = var.registry_password
      }
    }
  }
}
