# A file of Waypoint's for Cloud Native Buildpacks, as its users have it; milepost runs it as it stands.
project = "pages"

variable "builder" {
  type    = string
  default = "paketobuildpacks/builder-jammy-base"
}

app "web" {
  labels = {
    "service" = "web"
    "env"     = "dev"
  }

  build {
    use "pack" {
      builder            = var.builder
      process_type       = "web"
      ignore             = ["notes", "*.log"]
      disable_entrypoint = false

      static_environment = {
        BP_WEB_SERVER      = "nginx"
        BP_WEB_SERVER_ROOT = "."
      }
    }
  }

  deploy {
    use "docker" {
      service_port = 8080
    }
  }
}
