"""Loopback ports that lead to containers: chosen here and kept, since the engine's own choice changes at each start."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

from milepost_docker.platform import naming
from milepost_docker.platform.container import LOOPBACK
from milepost_docker.platform.site import Site


def wanted_ports(site: Site) -> tuple[str, ...]:
    """Return the ports of a container that a loopback port is to lead to, in the engine's words: `3000/tcp`."""
    config = site.config
    check = config.health_check
    ports = [] if config.worker else [config.service_port]
    ports += config.extra_ports
    if check is not None and not check.command:
        ports.append(check.port or config.service_port)
    return tuple(dict.fromkeys(f"{each}/tcp" for each in ports))


def chosen_ports(site: Site, name: str, attempt: int) -> dict[str, int]:
    """Return a free port for each that is wanted; another attempt gives other ones."""
    wanted = wanted_ports(site)
    if not wanted:
        return {}
    taken = set(_taken(site.engine.get("/containers/json", {"all": True, "filters": {"label": [naming.PART]}}), name))
    chosen: dict[str, int] = {}
    for port in wanted:
        chosen[port] = _free_port(site, f"{name}/{port}/{attempt}", taken)
        taken.add(chosen[port])
    return chosen


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of this machine's loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _free_port(site: Site, name: str, taken: set[int]) -> int:
    """Return a port that no container of ours has, and on this machine nobody at all."""
    candidates = (naming.port_candidate(name, each) for each in range(naming.PORTS))
    is_local = site.engine.address.local
    return next(each for each in candidates if each not in taken and (not is_local or is_free(each)))


def _taken(containers: list[dict[str, Any]], name: str) -> Iterator[int]:
    """Yield the ports that containers of ours have, also those that do not run; not those of `name` itself."""
    for each in containers:
        if f"/{name}" in each["Names"]:
            continue
        noted = each["Labels"].get(naming.STATE)
        for replica in json.loads(noted)["state"]["replicas"] if noted else ():
            yield from replica["ports"].values()
