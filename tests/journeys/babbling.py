"""Project files in which everything babbles."""

from __future__ import annotations

VARIABLES = ("from_env", "from_var_env", "from_file", "odd", "of_url", "of_registry", "pem")

PROJECT = """
project = "shop"

%(variables)s

variable "from_own_env" {
  sensitive = true
  env       = ["OWN_NAME"]
}

app "web" {
  config {
    internal = {
      vault = secret("command", ["cat", "%(home)s/vault"])
    }
    env = {
      CANARY_1 = var.from_env
      CANARY_2 = var.from_own_env
      CANARY_3 = var.from_var_env
      CANARY_4 = var.from_file
      CANARY_5 = "postgres://app:${urlencode(var.of_url)}@db.example.org/shop"
      CANARY_6 = base64encode("as a prefix: ${var.odd}")
      CANARY_7 = config.internal.vault
      CANARY_8 = jsonencode({ key = var.pem })
      CANARY_9 = var.pem
    }
    file = {
      "conf/app.ini" = "password = ${config.internal.vault}, key = ${var.pem}"
    }
  }

  build {
    use "files" {}

    hook {
      when    = "before"
      command = ["python3", "leak.py", "--file", "%(home)s/variables.json", "0"]
    }

    registry {
      use "leaky" {
        token    = var.of_registry
        password = var.from_file
      }
    }
  }

  deploy {
    use "local" {
      command = ["python3", "server.py"]
    }

    task "migrate" {
      command = ["python3", "leak.py"]
    }

    hook {
      when    = "after"
      command = ["python3", "leak.py", "--file", "%(home)s/all.json", "%(status)s"]
    }
  }
}
"""

DECLARED = "\n".join(f'variable "{name}" {{\n  sensitive = true\n}}\n' for name in VARIABLES)

SMALL = """
project = "shop"

%s

app "web" {
  build {
    use "files" {}

    registry {
      use "leaky" {
        token    = var.of_registry
        password = jsondecode(var.from_file).password
      }
    }
  }

  deploy {
    use "local" {
      command = ["sleep", "100"]
      worker  = true
      settle  = 0.1
    }
  }
}
"""

BESIDE = """
project = "shop"

%s

app "web" {
  config {
    env = {
      CANARY_1 = var.from_file
    }
  }

  build {
    use "files" {}
  }

  deploy {
    use "local" {
      command = ["sleep", "100"]
      worker  = true
      settle  = 0.1
    }

    hook {
      when    = "before"
      mutex   = "migration"
      command = ["sh", "-c", "%s", "sh", var.from_file, "--url=https://ada:${var.of_url}@example.org"]
    }
  }
}
"""

WAITS = (
    "touch %(place)s/waits; while [ ! -e %(place)s/go ]; do sleep 0.05; done; "
    "sleep 0.5; cat %(home)s/declared.json; echo $1 $2"
)
