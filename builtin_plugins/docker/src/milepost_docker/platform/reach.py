"""Ways from this machine to the ports of containers: straight where the engine is local, through ssh elsewhere."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from milepost.sdk import OperationError, Step
from milepost_docker.engine.address import Address
from milepost_docker.engine.tunnel import PATIENCE, forwarding, held_pipe, is_alive, ssh_trouble
from milepost_docker.platform.container import LOOPBACK
from milepost_docker.platform.site import Site
from milepost_docker.platform.state import ReplicaState

Near = Mapping[tuple[str, str], int]
"""A container's name and its port, such as `3000/tcp` → the loopback port of this machine that leads there."""


@contextmanager
def reached(site: Site, replicas: tuple[ReplicaState, ...], *ports: int | None) -> Iterator[Near]:
    """Give the ways to these ports of the containers, while the context lasts; none to an engine behind plain TCP."""
    address = site.engine.address
    wanted = {(each.name, f"{port}/tcp"): each.ports[f"{port}/tcp"] for each in replicas for port in ports if port}
    with ExitStack() as stack:
        if address.local:
            yield wanted
        elif address.far:
            yield {key: stack.enter_context(_forwarded(address, port, site.step)) for key, port in wanted.items()}
        else:
            yield {}


@contextmanager
def opened(site: Site) -> Iterator[str]:
    """Give the URL at which this machine reaches the first container that runs.

    Raises OperationError where there is none, or no way to it.
    """
    port = site.state.port
    if port is None:
        raise OperationError(f"{site.step.facts.app} is a worker: it listens on no port")
    running = [each for each in site.state.replicas if _runs(site, each)][:1]
    if not running:
        raise OperationError(
            f"no container of {site.step.facts.app} runs", hint=f"milepost start {site.step.facts.app}"
        )
    with reached(site, tuple(running), port) as near:
        if not near:
            raise OperationError(
                f"there is no way to the containers on {site.engine.address.name}: plain TCP carries no tunnel",
                hint='name the engine by ssh: client_config { host = "ssh://USER@HOST" }',
            )
        yield f"http://{LOOPBACK}:{next(iter(near.values()))}"


def _runs(site: Site, replica: ReplicaState) -> bool:
    found = site.engine.container(replica.name)
    return found is not None and bool(found["State"]["Running"])


@contextmanager
def _forwarded(address: Address, port: int, step: Step) -> Iterator[int]:
    """Give a loopback port of this machine that leads to one of the engine's machine."""
    there = urlsplit(address.far or "")
    folder, near = Path(tempfile.mkdtemp(prefix="milepost-")), _unused_port()
    try:
        forward = f"{LOOPBACK}:{near}:{LOOPBACK}:{port}"
        with held_pipe(folder) as lifeline, forwarding(there, forward, lifeline, step) as tunnel:
            step.wait(f"the tunnel to {address.name}", PATIENCE, lambda: _listens(near) or not is_alive(tunnel), 0.02)
            if not _listens(near):
                log = folder / "log"
                said = log.read_text(errors="replace") if log.exists() else ""
                raise ssh_trouble(said, there, address, step)
            yield near
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unused_port() -> int:
    """Return a port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    """Whether somebody accepts connections on a port of this machine."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False
