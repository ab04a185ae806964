"""Talk to the project's Caddy through the Unix socket in its folder; whoever answers there is ours."""

from __future__ import annotations

import json
import socket
import tempfile
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from milepost.sdk import OperationError
from milepost_caddy.document import SOCKET

_LONGEST = 100
"""What a Unix socket's path may have on every system, in bytes."""
NOBODY = (FileNotFoundError, ConnectionError)
"""What is raised where no Caddy runs, or one that just ends."""
PATIENCE = 15.0
"""How long Caddy may take to answer, in seconds."""


class _UnixConnection(HTTPConnection):
    """HTTP over the Unix socket in a folder, however long the folder's path is."""

    def __init__(self, folder: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._folder = folder

    def connect(self) -> None:
        """Connect, where needed by a symbolic link in a short folder."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        path = self._folder / SOCKET
        if len(bytes(path)) <= _LONGEST:
            self.sock.connect(str(path))
            return
        with tempfile.TemporaryDirectory(prefix="mp") as short:
            (Path(short) / "c").symlink_to(self._folder)
            self.sock.connect(str(Path(short) / "c" / SOCKET))


class Admin:
    """The admin API of the Caddy of one folder."""

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        self._folder, self._patience = folder, patience

    def running(self) -> dict[str, Any] | None:
        """Return the configuration that Caddy runs with; None if no Caddy runs."""
        try:
            found = self._ask("GET", "/config/")
        except NOBODY:
            return None
        return dict(found or {})

    def load(self, document: dict[str, Any]) -> None:
        """Let Caddy run with another configuration. Raises OperationError, and changes nothing, if it will not."""
        self._tell("/load", document)

    def requests(self, addresses: frozenset[str]) -> int:
        """Return how many requests are with the replicas at these addresses right now."""
        try:
            found = self._ask("GET", "/reverse_proxy/upstreams")
        except NOBODY:
            return 0
        return sum(each["num_requests"] for each in found or () if each["address"] in addresses)

    def stop(self) -> None:
        """Let Caddy end. It answers before it does."""
        self._tell("/stop")

    def _tell(self, path: str, body: Any = None) -> None:
        """Ask for something to be done by a Caddy that ran a moment ago."""
        try:
            self._ask("POST", path, body)
        except NOBODY as error:
            raise OperationError(
                f"Caddy in {self._folder} has ended before it could answer POST {path}",
                hint=f"do the same again; see {self._folder}/caddy.log",
            ) from error

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer as JSON values. Raises one of NOBODY if no Caddy runs, OperationError for a refusal."""
        connection = _UnixConnection(self._folder, self._patience)
        headers = {"Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            answer = response.read()
        except NOBODY:
            raise
        except (OSError, HTTPException) as error:
            raise OperationError(
                f"Caddy {self._pid()} in {self._folder} does not answer on its admin socket: {error}",
                hint=f"kill -9 {self._pid()}; the next release starts it again",
            ) from error
        finally:
            connection.close()
        if response.status >= 400:
            raise OperationError(f"Caddy refused {method} {path}: {answer.decode(errors='replace').strip()}")
        return json.loads(answer) if answer.strip() else None

    def _pid(self) -> str:
        """Return the process id that Caddy wrote down, for people."""
        try:
            return (self._folder / "caddy.pid").read_text().strip()
        except FileNotFoundError:
            return "of unknown process id"
