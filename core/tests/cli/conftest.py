"""A command line in process: streams to read afterwards, a host made of a real store and a small project."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from milepost.cli.start import run
from milepost.cli.surroundings import Surroundings
from milepost.host.folders import Folders, folders
from milepost.host.history.journal import History
from milepost.host.history.sqlite import SqliteStore
from milepost.host.plugins.catalog import Catalog
from milepost.host.plugins.scan import Entry
from milepost.sdk.errors import UnknownNameError
from milepost.sdk.store import Opening
from milepost.testing.fakes.plugin import install_fakes
from milepost.testing.fakes.world import World

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class FakeProject:
    """What the command line reads of a project."""

    name: str = "shop"
    apps: dict[str, None] = field(default_factory=lambda: {"web": None, "worker": None})
    workspaces: tuple[str, ...] = ()


class FakeHost:
    """What the command line asks of a host, without a project file."""

    is_shared = False

    def __init__(self, folder: Path, environment: Mapping[str, str], store: SqliteStore) -> None:
        self.folder, self.environment, self.store = folder, environment, store
        self.folders: Folders = folders(environment)
        self.history = History(store)
        self.project = FakeProject()
        self.catalog = Catalog([Entry(1, "builder", "files", "milepost_local.plugin", "milepost-local", "0.1.0")])

    def workspace(self, asked: str | None) -> str:
        return asked or self.environment.get("MILEPOST_WORKSPACE") or "default"

    def app(self, name: str) -> str:
        if name not in self.project.apps:
            raise UnknownNameError("app", name, tuple(self.project.apps))
        return name

    def writable_store(self) -> SqliteStore:
        return self.store

    def adopt(self) -> SqliteStore:
        return self.store

    def close(self) -> None:
        """The fixture closes the store."""


@dataclass
class Ended:
    """How a command line ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one document on standard output."""
        return dict(json.loads(self.out))


Milepost = Callable[..., Ended]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty history."""
    ids = iter(f"01STORE{number}" for number in range(9))
    opened = SqliteStore.open(
        tmp_path / "history", Opening("shop", "path:/shop", "", new_id=lambda: next(ids), now=lambda: NOON)
    )
    yield opened
    opened.close()


@pytest.fixture
def milepost(tmp_path: Path, store: SqliteStore) -> Milepost:
    """Carries out a command line and returns how it ended; `answers` are typed at a terminal."""

    def carry_out(*words: str, answers: str | None = None, tty: bool = False, **environment: str) -> Ended:
        streams = [Terminal() if tty or answers is not None else io.StringIO() for _ in range(2)]
        out, err = streams
        surroundings = Surroundings(
            environment={"MILEPOST_STATE": str(tmp_path / "state"), **environment},
            folder=tmp_path,
            out=out,
            err=err,
            input=io.StringIO("") if answers is None else Terminal(answers),
            open_host=lambda folder, given: FakeHost(folder, given, store),  # type: ignore[arg-type,return-value]  # a fake with what the commands read
            now=lambda: NOON,
        )
        status = run(list(words), surroundings)
        return Ended(status, out.getvalue(), err.getvalue())

    return carry_out


def run_document(id: str, **more: Any) -> dict[str, Any]:
    """Return a run as the history has it."""
    began = NOON - timedelta(hours=2)
    return {
        "id": id,
        "kind": "run",
        "schema": 1,
        "project": "shop",
        "workspace": "production",
        "verb": "up",
        "apps": ["web"],
        "status": "success",
        "started": began.isoformat(),
        "ended": (began + timedelta(seconds=68)).isoformat(),
        "writer": {"pid": 1, "started": "1", "boot": "b", "host": "thinkpad"},
        "source": {"folder": "/shop", "commit": "a1b2c3d4e5f6a7", "subject": "Add invoices", "dirty": False},
        "user": "ada",
        "host": "thinkpad",
        "why": "",
        "exit_status": 0,
        **more,
    }


def operation_document(id: str, run: dict[str, Any], number: int, **more: Any) -> dict[str, Any]:
    """Return an operation as the history has it."""
    return {
        **{name: run[name] for name in ("schema", "project", "workspace", "status", "started", "ended", "writer")},
        "id": id,
        "kind": "operation",
        "run": run["id"],
        "number": number,
        "app": "web",
        "stage": "build",
        "label": "build",
        **more,
    }


@pytest.fixture
def make_run() -> Callable[..., dict[str, Any]]:
    """Makes runs as the history has them."""
    return run_document


@pytest.fixture
def make_operation() -> Callable[..., dict[str, Any]]:
    """Makes operations as the history has them."""
    return operation_document


@pytest.fixture
def filled(store: SqliteStore) -> SqliteStore:
    """A history with an `up` of web that went well, and one that failed at deploy."""
    good = run_document("01GOOD00000000000000000001")
    number = store.append(good)
    artifact = {"kind": "file-tree/1", "reference": "/trees/9f", "digest": f"sha256:{'9f2c41aa' * 8}", "details": {}}
    for name, more in {
        "build": {"artifact": artifact},
        "deploy": {"presence": "released", "artifact": artifact},
        "release": {"release": {"urls": ["http://127.0.0.1:4444"], "drain_until": None}},
    }.items():
        store.append(
            operation_document(f"01{name.upper()}000000000000000001", good, number, stage=name, label=name, **more)
        )
    failure = {"code": "not-ready", "message": "web exited 1 before /healthz answered", "hint": "milepost logs"}
    bad = run_document("01BAD000000000000000000002", status="error", exit_status=1, failure=failure)
    number = store.append(bad)
    evidence = [{"title": "last lines of web.1", "text": "Traceback\nKeyError: 'SMTP_HOST'"}]
    deploy = operation_document(
        "01DEPLOY000000000000000002", bad, number, stage="deploy", label="deploy", failure=failure, evidence=evidence
    )
    store.append(deploy)
    return store


PROJECT = """
project = "shop"

variable "tag" {
  type    = string
  default = "one"
}

app "web" {
  build {
    use "fake" {
      text = var.tag
    }
  }

  deploy {
    use "fake" {}
  }
}
"""


@dataclass
class Shop:
    """A project in a folder, with a state folder of its own."""

    folder: Path
    more: dict[str, str] = field(default_factory=dict)
    """What else is in the environment."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its user."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder.parent),
            "USER": "ada",
            "MILEPOST_STATE": str(self.folder.parent / "state"),
            "PYTHONPATH": str(self.folder.parent / "plugins"),
            **self.more,
        }

    @property
    def world(self) -> World:
        """What the fake plugins made."""
        return World(self.folder.parent / "state" / "plugins" / "milepost-fakes")

    def argv(self, *words: str) -> list[str]:
        """Return the command line of a process."""
        return [sys.executable, "-m", "milepost.cli", *words]

    def __call__(self, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command and see that it ends with that status."""
        done = subprocess.run(
            self.argv(*words), cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def document(self, *words: str, status: int = 0) -> dict[str, Any]:
        """Run a command with --json and return its one document."""
        found: dict[str, Any] = json.loads(self(*words, "--json", status=status).stdout)
        assert found["schema"] == 1
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project whose plugins are installed."""
    install_fakes(tmp_path / "plugins")
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "milepost.hcl").write_text(PROJECT)
    (folder / "app.txt").write_text("hello")
    return Shop(folder)
