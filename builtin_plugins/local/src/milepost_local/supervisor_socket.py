"""Where a supervisor can be asked: a Unix socket for its own user, one JSON line each way."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

PATIENCE = 1.0
"""Seconds that a client may take with its question."""
_LONGEST_QUESTION = 4096


def listen(path: Path) -> socket.socket:
    """Return a socket that listens at `path`, for the user alone; what was left there is replaced. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.parent.stat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o022:
        raise PermissionError(f"{path.parent} is open to other users")
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        server.bind(str(path))
    finally:
        os.umask(before)
    server.listen(16)
    server.setblocking(False)
    return server


def answer(server: socket.socket, told: Callable[[str], dict[str, Any]]) -> None:
    """Answer one client; one that goes away or says nothing is left alone."""
    with suppress(OSError):
        connection, _ = server.accept()
        with connection:
            connection.settimeout(PATIENCE)
            question = connection.recv(_LONGEST_QUESTION).decode(errors="replace").strip()
            connection.sendall(json.dumps(told(question)).encode() + b"\n")
