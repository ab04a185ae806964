"""One look at one replica: does it answer."""

from __future__ import annotations

import http.client
import socket
from typing import NamedTuple

from milepost.sdk import HealthCheck

LIMIT = 5.0
"""Seconds that one look may take."""
_USUAL = range(200, 400)


class Seen(NamedTuple):
    """What a look saw."""

    is_healthy: bool
    how: str
    """In words, to follow the replica's name: `answered 503 on /healthz`."""
    answered: bool = False
    """Whether something answered, if not what was wanted."""
    is_deaf: bool = False
    """Whether nothing listens on its port."""


def look(port: int, health: HealthCheck) -> Seen:
    """Return how the replica on this port of the loopback interface answers."""
    limit = min(LIMIT, max(0.1, health.timeout))
    try:
        if health.path is None:
            socket.create_connection(("127.0.0.1", port), timeout=limit).close()
            return Seen(True, f"accepts connections on port {port}")
        return _look_by_http(port, health.path, health.status, limit)
    except ConnectionRefusedError:
        return Seen(False, f"does not listen on port {port}", is_deaf=True)
    except TimeoutError:
        return Seen(False, f"did not answer within {limit:g} s on port {port}", answered=True)
    except (OSError, http.client.HTTPException) as error:
        return Seen(False, f"answered no HTTP on port {port}: {type(error).__name__} {error}".rstrip(), answered=True)


def _look_by_http(port: int, path: str, wanted: tuple[int, ...], limit: float) -> Seen:
    """Return how the path answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=limit)
    try:
        connection.request("GET", path, headers={"User-Agent": "milepost", "Connection": "close"})
        status = connection.getresponse().status
    finally:
        connection.close()
    return Seen(status in (wanted or _USUAL), f"answered {status} on {path}", answered=True)
