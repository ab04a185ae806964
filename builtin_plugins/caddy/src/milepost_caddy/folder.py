"""The place that is a folder of this machine: Caddy is a process that outlives the command."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from milepost.sdk import Command, OperationError, Step
from milepost_caddy import disk, port, traffic
from milepost_caddy.admin import Admin
from milepost_caddy.binary import find_binary
from milepost_caddy.document import CLOSING, document, settings
from milepost_caddy.place import Json
from milepost_caddy.route import Route, Routes, at
from milepost_caddy.traffic import Traffic

_START_LIMIT = 30.0
"""How long Caddy may take until it serves, in seconds."""
_STOP_GRACE = 10
"""How long open connections may hold up the end of Caddy, in seconds."""
_ASK_TO_CLOSE = 1.0
"""How long busy clients are asked to let go of their connections before the routes change, in seconds."""
_LET_GO = 0.25
"""How long Caddy may take to close its old listeners after it has said that the new routes stand, in seconds."""


class FolderPlace:
    """The Caddy of a folder, seen from one operation."""

    def __init__(self, folder: Path, step: Step, *, binary: str | None = None, shared: bool = False) -> None:
        self.folder, self.shared = folder, shared
        self.admin = Admin(folder)
        self._step, self._binary = step, binary
        self._routes = Routes(folder)

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self.folder)

    def routes(self) -> tuple[Route, ...]:
        """Return all routes, in the order of their keys."""
        return self._routes.all()

    def find(self, key: str) -> Route | None:
        """Return the route with that key; None if there is none."""
        return self._routes.find(key)

    def others(self) -> Iterator[tuple[str, Route]]:
        """Yield the routes of the user's other Caddies, each with its folder's name."""
        for folder, route in port.everywhere(self.folder.parent):
            if folder != self.folder:
                yield folder.name, route

    def traffic(self, key: str) -> Traffic | None:
        """Return what gets a route's requests now; None if nothing does."""
        return traffic.read(self._routes.folder(key))

    def keep(self, route: Route, pem: Mapping[str, bytes]) -> None:
        """Remember a route and files beside it, durably."""
        with disk.writing(self._routes.folder(route.key)):
            self._routes.keep(route, pem)

    def forget(self, key: str) -> None:
        """Remove a route and all its files."""
        with disk.writing(self.folder):
            self._routes.forget(key)

    def switch(self, key: str, to: Traffic) -> None:
        """Send the requests of a route elsewhere, by the renaming of one link."""
        with disk.writing(self.folder):
            traffic.switch(self._routes.folder(key), to)

    def document(self, routes: Iterable[Route]) -> Json:
        """Return the configuration that serves the routes."""
        return document(routes)

    def running(self) -> Json | None:
        """Return the configuration that Caddy runs with; None if no Caddy runs."""
        return self.admin.running()

    def obstacle(self, route: Route, bound: frozenset[str]) -> tuple[int, str] | None:
        """Return a port of the route on which nobody can listen, and why."""
        for number in sorted(route.ports):
            why = None if at(route.listen, number) in bound else port.trouble(route.listen, number)
            if why:
                return number, why
        return None

    def requests(self, addresses: frozenset[str]) -> int:
        """Return how many requests are with the replicas at these addresses."""
        return self.admin.requests(addresses)

    def start(self, wanted: Json) -> None:
        """Start Caddy and wait until it serves."""
        binary = find_binary(self._binary, self._step)
        own, log = str(self.folder), self.folder / "start.log"
        self._write(self.folder / CLOSING, "no")
        self._write(self.folder / "caddy.json", json.dumps(wanted))
        self._write(log, "")
        command = Command(
            argv=(binary, "run", "--config", "caddy.json", "--pidfile", "caddy.pid"),
            cwd=own,
            env={"HOME": own, "XDG_DATA_HOME": own, "XDG_CONFIG_HOME": own, "NO_PROXY": "*", "no_proxy": "*"},
            detach=True,
            log=str(log),
        )
        pid = self._step.run(command).pid
        self._step.wait("the start of Caddy", _START_LIMIT, lambda: self._serves(pid, log), 0.02)

    def reload(self, wanted: Json, bound: frozenset[str]) -> None:
        """Give Caddy another configuration, after clients were asked to let go of their connections."""
        closing = self.folder / CLOSING
        try:
            self._write(closing, "yes")
            clients = port.has_clients(bound)
            if clients:
                self._step.sleep(_ASK_TO_CLOSE)
            self.admin.load(wanted)
            if clients:
                self._step.sleep(_LET_GO)
        finally:
            self._write(closing, "no")

    def remove(self) -> None:
        """Let Caddy end, if it runs, and remove the folder."""
        if self.admin.running() is not None:
            self.admin.load(settings({"grace_period": f"{_STOP_GRACE}s"}))
            self.admin.stop()
            self._step.wait("the end of Caddy", _STOP_GRACE + 10, lambda: self.admin.running() is None, 0.02)
        with disk.writing(self.folder):
            disk.remove(self.folder)

    def _serves(self, pid: int, log: Path) -> bool:
        """Return whether the Caddy that was started serves. Raises OperationError if it has ended instead."""
        if self.admin.running() is not None:
            return True
        if _has_ended(pid):
            text = log.read_text(errors="replace")[-2000:]
            self._step.evidence("what Caddy said when it was started", text)
            last = next(reversed(text.strip().splitlines()), "it said nothing")
            raise OperationError(f"Caddy ended as soon as it was started: {last}", hint=f"see {log}")
        return False

    def _write(self, path: Path, text: str) -> None:
        """Write a file of this folder."""
        with disk.writing(self.folder):
            disk.write(path, text)


def _has_ended(pid: int) -> bool:
    """Return whether the process is gone, or a child of this one that has ended and that nobody has asked about."""
    try:
        if hasattr(os, "waitid"):
            return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        pass  # not a child of this process: what follows tells
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
