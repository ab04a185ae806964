"""From a request to a plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from milepost.host.history.journal import History
from milepost.host.lifecycle.plan import plan
from milepost.host.project.cache import read_project
from milepost.sdk.errors import RefusedError
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


def released(history: History, number: int, app: str, **fields: Any) -> str:
    """Record a release of an app and return its id."""
    run = f"R{number}"
    history.store.append({**BASE, "id": run, "kind": "run", "verb": "up", "apps": [], "source": {"folder": ""}})
    own = f"{number}{app}"
    record = {"run": run, "number": number, "app": app, "stage": "release", "status": "success", "release": {}}
    history.store.append({**BASE, **record, "id": own, "kind": "operation", "target": f"d{number}{app}", **fields})
    return own


BASE = {"project": "shop", "workspace": "default", "started": "2026-01-01T00:00:00Z"}


def back(history: History, tmp_path: Path) -> dict[str, bool]:
    """Return the apps that a rollback is about, and whether each may stay as it is."""
    write_files(tmp_path, {"milepost.hcl": WORKER_OF_WEB})
    project = read_project(tmp_path / "milepost.hcl", None)
    request = Request(id="1", verb="rollback", project="shop", folder=str(tmp_path))
    return {each.app: each.goal.may_stay for each in plan(request, project, history)}


def test_a_second_rollback_undoes_the_run_before_with_all_its_apps(tmp_path: Path) -> None:
    history = History(MemoryStore())
    released(history, 1, "web")
    released(history, 1, "worker")
    both = released(history, 2, "web", previous="d1web")
    released(history, 2, "worker", previous="d1worker")
    released(history, 3, "web", previous="d2web")
    assert back(history, tmp_path) == {"web": False}
    released(history, 4, "web", target="d2web", restores=both, previous="d1web")
    assert back(history, tmp_path) == {"web": False, "worker": False}


def test_an_app_that_was_new_in_the_run_stays_when_the_others_go_back(tmp_path: Path) -> None:
    history = History(MemoryStore())
    released(history, 1, "web")
    released(history, 2, "web", previous="d1web")
    released(history, 2, "worker")
    assert back(history, tmp_path) == {"web": False, "worker": True}


@pytest.mark.parametrize("verb", ["rollback", "release", "destroy"])
def test_what_another_store_made_is_not_changed_from_here(tmp_path: Path, verb: Any) -> None:
    write_files(tmp_path, {"milepost.hcl": WORKER_OF_WEB})
    project, store = read_project(tmp_path / "milepost.hcl", None), MemoryStore()
    run = {**BASE, "id": "01THEIRS", "kind": "run", "verb": "up", "apps": ["web"], "source": {"folder": ""}}
    deploy = {**BASE, "id": "01DEPLOY", "kind": "operation", "run": "01THEIRS", "app": "web", "stage": "deploy"}
    store.admit([{**each, "number": 7, "store": "laptop", "status": "success"} for each in (run, deploy)])
    request = Request(id="1", verb=verb, project="shop", folder=str(tmp_path), target="7@laptop")
    with pytest.raises(RefusedError, match="#7@laptop was brought from laptop"):
        plan(request, project, History(store))
