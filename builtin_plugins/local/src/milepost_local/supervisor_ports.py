"""Free ports of this machine for replicas to listen on."""

from __future__ import annotations

import os
import socket

FIRST, LAST = 20000, 32000
"""Below what Linux and macOS give to outgoing connections, so that an app which restarts finds its port free."""

_TRIES = 50


def free_port(taken: frozenset[int]) -> int:
    """Return a port of the loopback interface that nobody listens on and that is not in `taken`."""
    for _ in range(_TRIES):
        port = FIRST + int.from_bytes(os.urandom(4), "big") % (LAST - FIRST)
        if port not in taken and is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Return whether a program could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True
