"""A project with a real Caddy, backends that are real processes, and a bench that makes steps for it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from milepost.host import processes
from milepost.sdk import Deployment, Endpoint, Facts, Recorded, Release
from milepost.testing.clock import RealClock
from milepost.testing.step import FakeStep
from milepost_caddy.config import CaddyConfig
from milepost_caddy.releaser import CaddyReleaser
from milepost_caddy.route import project_folder

BACKEND = Path(__file__).with_name("backend.py")


@dataclass
class Site:
    """A project whose releases run for real."""

    folder: Path
    project: str = "shop"
    backends: list[subprocess.Popen[bytes]] = field(default_factory=list)
    runs: int = 0

    def step(self, app: str = "web", workspace: str = "default", **more: Any) -> FakeStep:
        """Return the step of a new operation."""
        self.runs += 1
        scratch = self.folder / f"scratch{self.runs}"
        scratch.mkdir(parents=True)
        facts = Facts(
            run=self.runs,
            operation=f"op{self.runs:04}",
            stage="release",
            project=self.project,
            app=app,
            workspace=workspace,
            source=scratch,
            home=self.folder,
            data=self.folder / "data",
            scratch=scratch,
            environment={"PATH": os.environ["PATH"]},
            **more,
        )
        return FakeStep(facts, runner=processes.run, clock=RealClock(), locks=self.folder / "locks")

    def backend(self, name: str) -> str:
        """Start a backend that answers with its name, and return its address."""
        process = subprocess.Popen((sys.executable, "-I", str(BACKEND), name), stdout=subprocess.PIPE)
        self.backends.append(process)
        assert process.stdout is not None
        return f"http://127.0.0.1:{int(process.stdout.readline())}"

    def end(self, address: str) -> None:
        """Kill the backend at that address."""
        for process in self.backends:
            if process.poll() is None and _serves(address) and str(process.pid) == _pid(address):
                process.kill()
                process.wait()

    def deployed(self, name: str, *addresses: str, kind: str = "http-endpoint/1") -> Recorded[Any]:
        """Return a deployment as the history would give it back."""
        endpoints = tuple(Endpoint(kind=kind, address=each) for each in addresses)
        return Recorded(operation=name, deployment=Deployment(endpoints=endpoints))

    def release(self, deployment: Recorded[Any], previous: str | None = None, **more: Any) -> Release:
        """Release the deployment with a step of its own."""
        config = CaddyConfig(**{key: more.pop(key) for key in ("drain", "port", "listen", "binary") if key in more})
        return CaddyReleaser(config).release(deployment, previous, self.step(**more))

    @property
    def caddy(self) -> Path:
        """The folder of the project's Caddy."""
        return project_folder(self.step().facts)

    @property
    def pid(self) -> int:
        """The process id of the project's Caddy."""
        return int((self.caddy / "caddy.pid").read_text())


def _serves(address: str) -> bool:
    host, port = address.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def _pid(address: str) -> str:
    from http.client import HTTPConnection

    connection = HTTPConnection(address.removeprefix("http://"), timeout=5)
    connection.request("GET", "/pid")
    pid = connection.getresponse().read().decode()
    connection.close()
    return pid


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return a project; what it started is ended afterwards."""
    made = Site(tmp_path / "site")
    yield made
    for process in made.backends:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    for pidfile in (made.folder / "data").glob("*/caddy.pid"):
        end(int(pidfile.read_text()))


def end(pid: int) -> None:
    """Kill a Caddy that a test started, and wait until it is gone."""
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return
