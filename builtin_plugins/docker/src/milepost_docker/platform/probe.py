"""One look at one container: does it answer."""

from __future__ import annotations

import http.client
import socket
from typing import NamedTuple

from milepost_docker.platform.container import LOOPBACK

_USUAL = range(200, 400)
_SILENCE = 0.15
"""Seconds after which a connection that nobody has closed counts as one that somebody serves."""


class Seen(NamedTuple):
    """What a look saw."""

    is_healthy: bool
    how: str
    """In words, to follow the replica's name: `answered 503 on /healthz`."""
    is_deaf: bool = False
    """Whether nobody seems to listen there."""


def look_at_port(port: int, inside: str, limit: float) -> Seen:
    """Return whether somebody in the container serves the port that this one of the loopback interface leads to.

    The engine's proxy accepts for everybody, and closes at once where nobody listens behind it.
    """
    try:
        with socket.create_connection((LOOPBACK, port), timeout=limit) as connection:
            connection.settimeout(min(limit, _SILENCE))
            closed = connection.recv(1) == b""
    except TimeoutError:
        closed = False
    except OSError:
        closed = True
    if closed:
        return Seen(False, f"does not listen on port {inside}", is_deaf=True)
    return Seen(True, f"accepts connections on port {inside}")


def look_by_http(port: int, path: str, statuses: tuple[int, ...], limit: float) -> Seen:
    """Return how the path answers on this port of the loopback interface."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=limit)
    try:
        connection.request("GET", path, headers={"User-Agent": "milepost", "Connection": "close"})
        status = connection.getresponse().status
    except TimeoutError:
        return Seen(False, f"did not answer within {limit:g} s on {path}")
    except ConnectionError:
        # The engine's proxy accepts for everybody, and closes where nobody listens behind it.
        return Seen(False, f"gave no answer on {path}: the connection was closed", is_deaf=True)
    except (OSError, http.client.HTTPException) as error:
        return Seen(False, f"answered no HTTP on {path}: {type(error).__name__} {error}".rstrip())
    finally:
        connection.close()
    return Seen(status in (statuses or _USUAL), f"answered {status} on {path}")
