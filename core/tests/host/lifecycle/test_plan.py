"""From a request to a plan."""

from __future__ import annotations

from pathlib import Path

from milepost.host.history.journal import History
from milepost.host.lifecycle.plan import plan
from milepost.host.project.cache import read_project
from milepost.sdk.request import Request
from milepost.testing.project import write_files
from milepost.testing.store import MemoryStore

WORKER_OF_WEB = """
project = "shop"

app "web" {
  build {
    use "fake" {}
  }
  deploy {
    use "fake" {}
  }
}

app "worker" {
  build {
    from = "web"
  }
  deploy {
    use "fake" {}
  }
}
"""


def test_an_app_that_only_gives_its_artifact_is_built_first_and_nothing_else(tmp_path: Path) -> None:
    write_files(tmp_path, {"milepost.hcl": WORKER_OF_WEB})
    project = read_project(tmp_path / "milepost.hcl", None)
    request = Request(id="1", verb="up", project="shop", folder=str(tmp_path), apps=("worker",))
    web, worker = plan(request, project, History(MemoryStore()))
    assert (web.app, web.phases) == ("web", ("build",))
    assert worker.waits_for == {"web"}
