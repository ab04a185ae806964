"""Project files as texts, read as users' files are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.host.project.cache import read_project
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope, app_scope
from milepost.host.project.variables import variables
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem
from milepost.testing.project import outside

Read = Callable[..., Project]
Problems = Callable[..., tuple[Problem, ...]]

SHOP = """
# The shop.
project = "shop"
labels = { team = "web" }
workspaces = ["default", "staging"]

history {
  path = "history"
}
variable "tag" {
  type    = string
  default = "latest"
}
variable "password" {
  sensitive = true
  env       = ["SHOP_PASSWORD"]
  default   = "hunter22"
}
plugin "notify" {
  url = "http://127.0.0.1/${var.tag}"
}
config {
  env = { MODE = "prod", LEVEL = "info" }
}
app "web" {
  path          = "./web"
  port          = 8080
  hosts         = ["shop.example", "*.shop.example"]
  strategy      = "blue-green"
  keep_releases = 2
  keep_running  = true
  labels        = { tier = "front", team = "shop" }
  health {
    path    = "/health"
    status  = [200, 204]
    timeout = "10s"
  }
  config {
    env = {
      DB    = "postgres://app:${var.password}@db/${workspace.name}"
      PORTS = 3
      LEVEL = "debug"
    }
  }
  url {
    auto_hostname = false
  }
  build {
    labels = { step = "b" }
    use "files" {
      include = ["*.py", "x-${var.tag}"]
    }
    hook {
      when    = "before"
      command = ["make", var.tag]
      timeout = "1h30m"
      mutex   = "make"
      on      = ["rollback"]
    }
    hook {
      when       = "always"
      command    = ["login", var.password]
      on_failure = "continue"
    }
    registry {
      use "files" {
        folder = "/srv/${artifact.digest}"
      }
    }
  }
  deploy {
    use "local" {
      command = ["python", "-m", "http.server"]
    }
    task "migrate" {
      command = ["./migrate", artifact.digest]
      timeout = "500ms"
    }
  }
  release {
    use "caddy" {}
    verify {
      path   = "/x"
      status = [200]
    }
    on_verify_failure = "rollback"
  }
}
app "worker" {
  depends_on = ["web"]
  build {
    from = "web"
  }
  deploy {
    use "local" {}
  }
}
"""


@pytest.fixture
def shop_text() -> str:
    """A project file with each block and argument that there is."""
    return SHOP


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a text as a project file."""

    def reader(text: str | bytes, name: str = "milepost.hcl", cache: Path | None = None) -> Project:
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_project(file, cache)

    return reader


@pytest.fixture
def problems(read: Read) -> Problems:
    """Read a text that is wrong, and return what is said of it."""

    def reader(text: str | bytes, name: str = "milepost.hcl") -> tuple[Problem, ...]:
        with pytest.raises(ProjectFileError) as caught:
            read(text, name)
        return caught.value.problems

    return reader


@pytest.fixture
def shop(read: Read) -> Project:
    """The project of SHOP."""
    return read(SHOP)


@pytest.fixture
def scope(shop: Project, tmp_path: Path) -> Scope:
    """The scope of its web app before the build."""
    return app_scope(shop, shop.apps["web"], "staging", variables(shop, (), outside()), outside(tmp_path))
