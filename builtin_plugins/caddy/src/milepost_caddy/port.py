"""Public ports: one is chosen once for each route, and nobody else's is taken."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from milepost.sdk import Facts, OperationError
from milepost_caddy.route import Route, Routes

_FIRST, _COUNT = 20_000, 10_000
"""Below the ports that systems give to outgoing connections, so that none of those can be in the way later."""
_ESTABLISHED = "01"
"""The state of an open connection in Linux's table of them."""


def chosen(facts: Facts, key: str, listen: str) -> int:
    """Return a free port for a new route: the same for the same user, project, app and workspace, where it can be."""
    taken = {route.port for _, route in everywhere(facts.data)}
    name = repr((str(facts.data), facts.project, key)).encode(errors="surrogateescape")
    start = int.from_bytes(sha256(name).digest()[:4], "big")
    for number in range(_COUNT):
        port = _FIRST + (start + number) % _COUNT
        if port not in taken and trouble(listen, port) is None:
            return port
    raise OperationError(f"no free port from {_FIRST} to {_FIRST + _COUNT - 1}", hint="set port in the project file")


def trouble(listen: str, port: int) -> str | None:
    """Return why nobody can listen there now; None if one can."""
    error = _refusal(listen, port)
    return None if error is None else error.strerror or str(error)


def way_out(listen: str, port: int) -> str:
    """Return the command that helps where nobody can listen: for the right to do so, or to see who does."""
    if isinstance(_refusal(listen, port), PermissionError):
        return f"sudo sysctl -w net.ipv4.ip_unprivileged_port_start={port}"
    return f"lsof -i :{port}"


def _refusal(listen: str, port: int) -> OSError | None:
    """Return what the system says to one who wants to listen; None if nothing is in the way."""
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    if not listen and socket.has_dualstack_ipv6():
        family = socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(listen not in {"", "::"}))
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen, port))
            probe.listen(1)
        except OSError as error:
            return error
    return None


def has_clients(addresses: Iterable[str]) -> bool:
    """Return whether anybody is connected to one of these addresses; where the system does not tell, yes."""
    ports = {f"{int(address.rpartition(':')[2]):04X}" for address in addresses}
    for table in ("/proc/net/tcp", "/proc/net/tcp6") if ports else ():
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            return True
        rows = (line.split() for line in lines)
        if any(row[3] == _ESTABLISHED and row[1].rpartition(":")[2] in ports for row in rows):
            return True
    return False


def everywhere(data: Path) -> Iterator[tuple[Path, Route]]:
    """Yield the routes of all projects of the user, each with its project's folder."""
    for routes in sorted(data.glob("*/routes")):
        for route in Routes(routes.parent).all():
            yield routes.parent, route
