"""A shop whose runs are real: a process for each app, a store on disk, locks, signals."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.tests.host.lifecycle.shop import app_text
from milepost.host.assembly import Host
from milepost.host.folders import folders
from milepost.host.lifecycle.conduct import Outcome, carry_out
from milepost.host.lifecycle.interrupts import Interrupts
from milepost.host.lifecycle.requesting import new_request
from milepost.sdk.events import Event, OperationStarted
from milepost.sdk.record import Operation
from milepost.sdk.request import Choices, Request, Variable
from milepost.testing.fakes.plugin import install_fakes
from milepost.testing.fakes.world import World
from milepost.testing.project import write_files

Do = Callable[[], object]


class RealShop:
    """The project `shop` on disk, its history, and the world in which its fakes make things."""

    def __init__(self, folder: Path) -> None:
        self.root, self.folder, self.site = folder, folder / "shop", folder / "site"
        install_fakes(self.site)
        self.environment = {
            "HOME": str(folder / "home"),
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(self.site),
            "MILEPOST_STATE": str(folder / "state"),
            "MILEPOST_CACHE": str(folder / "cache"),
            "USER": "ada",
        }
        self.world = World(folders(self.environment).plugin("milepost-fakes"))
        self.events: list[Event] = []
        self.hosts: list[Host] = []
        self.processes: list[subprocess.Popen[str]] = []
        self.write()

    def write(self, *apps: str, top: str = "", **blocks: str) -> None:
        """Write the project file: of these apps, or of one app `web` with these blocks."""
        text = f'project = "shop"\n{top}\n' + "".join(apps or (app_text(**blocks),))
        write_files(self.folder, {"milepost.hcl": text})
        for name in self.host().project.apps:
            (self.folder / name).mkdir(exist_ok=True)

    def host(self) -> Host:
        """Return a host of its own; it is closed at the end of the test."""
        made = Host(self.folder, self.environment, (str(self.site), *sys.path))
        self.hosts.append(made)
        return made

    def run(self, verb: Any, *apps: str, when: dict[str, Do] | None = None, **fields: Any) -> Outcome:
        """Carry out a run; do something as soon as one of the texts is said, or a stage begins."""
        host = self.host()
        return self.carry_out(self.request(host, verb, *apps, **fields), host, when)

    def request(self, host: Host, verb: Any, *apps: str, **fields: Any) -> Request:
        """Return a request of this user."""
        choices = Choices(**{"grace": 30.0, **fields.pop("choices", {})})
        values = tuple(Variable(name=name, value=value) for name, value in fields.pop("variables", {}).items())
        return new_request(host, verb, apps=apps, choices=choices, variables=values, **fields)

    def carry_out(self, request: Request, host: Host | None = None, when: dict[str, Do] | None = None) -> Outcome:
        """Carry out a request."""
        todo = dict(when or {})
        self.events.clear()

        def listen(event: Event) -> None:
            self.events.append(event)
            text = f"{event.app} {event.stage}" if isinstance(event, OperationStarted) else getattr(event, "text", "")
            if text in todo:
                todo.pop(text)()

        return carry_out(host or self.host(), request, listen, interrupts=Interrupts())

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """Start milepost's command line in a process of its own; it is ended at the end of the test."""
        process = subprocess.Popen(
            [sys.executable, "-m", "milepost.cli", *words],
            cwd=self.folder,
            env={**self.environment, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self.processes.append(process)
        return process

    def operations(self, *stages: str) -> list[Operation]:
        """Return the operations of those stages, or all, oldest first."""
        where: dict[str, Sequence[str]] = {"stage": stages} if stages else {}
        return list(reversed(self.host().history.operations(where)))

    def statuses(self) -> list[str]:
        """Return what happened, in order, such as `#1 deploy success`."""
        return [f"#{each.number} {each.label} {each.status}" for each in self.operations()]

    def told(self, kind: type[Event]) -> list[str]:
        """Return the texts of the events of one kind in the last run."""
        return [str(getattr(each, "text", "")) for each in self.events if isinstance(each, kind)]

    def worker(self) -> int:
        """Return the process that carries out what is running."""
        (running,) = [each for each in self.operations() if each.status == "running"]
        return running.writer.pid

    def close(self) -> None:
        """Let go of all that was opened, and end what was started."""
        for process in self.processes:
            process.kill()
            process.communicate()
        for host in self.hosts:
            host.close()
