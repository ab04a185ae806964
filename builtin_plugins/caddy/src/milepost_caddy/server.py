"""The Caddy of one project: started when it is needed, given the routes, stopped with the last of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

from milepost.sdk import Command, OperationError, Step
from milepost_caddy import disk, port
from milepost_caddy.admin import Admin
from milepost_caddy.binary import find_binary
from milepost_caddy.document import CLOSING, Json, addresses, document, settings
from milepost_caddy.route import Route, Routes

_START_LIMIT = 30.0
"""How long Caddy may take until it serves, in seconds."""
_STOP_GRACE = 10
"""How long open connections may hold up the end of Caddy, in seconds."""
_ASK_TO_CLOSE = 1.0
"""How long busy clients are asked to let go of their connections before the routes change, in seconds."""

_LET_GO = 0.25
"""How long Caddy may take to close its old listeners after it has said that the new routes stand, in seconds."""


class Server:
    """The Caddy of one project's folder, seen from one operation. Changes want the project's lock."""

    def __init__(self, folder: Path, step: Step, binary: str | None = None) -> None:
        self._folder, self._step, self._binary = folder, step, binary
        self.admin = Admin(folder)
        self.routes = Routes(folder)

    def serve(self, mine: Route | None = None) -> None:
        """Let Caddy run and serve all routes; nothing happens if it does already.

        The port of `mine` must be free or Caddy's own, or OperationError names who has it. Another
        route whose port was taken meanwhile is left out and named.
        """
        running = self.admin.running()
        bound = addresses(running)
        wanted = document(route for route in self.routes.all() if self._can_listen(route, bound, mine))
        if running is None:
            self._start(wanted)
        elif running != wanted:
            self._reload(wanted, bound)

    def stop(self) -> None:
        """Let Caddy end, if it runs, with a limit for what is still in flight."""
        if self.admin.running() is None:
            return
        self.admin.load(settings({"grace_period": f"{_STOP_GRACE}s"}))
        self.admin.stop()
        self._step.wait("the end of Caddy", _STOP_GRACE + 10, lambda: self.admin.running() is None, 0.02)

    def _can_listen(self, route: Route, bound: frozenset[str], mine: Route | None) -> bool:
        """Return whether a route can be served; raise if it is `mine` and cannot."""
        if route == mine:
            port.ensure_own(route, self._folder)
        if route.address in bound:
            return True
        if route == mine:
            port.ensure_free(route)
        why = port.trouble(route.listen, route.port)
        if why:
            self._step.say(f"{route.name} is not served: port {route.port}: {why}")
        return why is None

    def _reload(self, wanted: Json, bound: frozenset[str]) -> None:
        """Give Caddy other routes. That cuts idle connections, so clients are asked to let go of theirs first.

        What stays: a connection opened in the very instant, and one idle for longer than the asking.
        """
        closing = self._folder / CLOSING
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

    def _start(self, wanted: Json) -> None:
        """Start Caddy and wait until it serves."""
        binary = find_binary(self._binary, self._step)
        own, log = str(self._folder), self._folder / "start.log"
        self._write(self._folder / CLOSING, "no")
        self._write(self._folder / "caddy.json", json.dumps(wanted))
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
        with disk.writing(self._folder):
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
