# A small web app on this machine. Try: milepost up, change server.py, milepost up, milepost rollback.
project = "hello"

app "web" {
  # The new version gets traffic only after this path has answered.
  health {
    path = "/healthz"
  }

  # What the app finds in its environment, beside PORT.
  config {
    env = {
      GREETING = "Hello"
    }
  }

  build {
    # The files of this folder, without what .gitignore names.
    use "files" {}
  }

  deploy {
    # A process on this machine; its platform releases through Caddy.
    use "local" {
      command = ["python3", "server.py"]
    }
  }
}
