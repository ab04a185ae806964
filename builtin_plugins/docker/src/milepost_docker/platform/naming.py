"""Names of what the platform makes: containers, networks, volumes, and the ports that lead to them."""

from __future__ import annotations

import hashlib
import re

from milepost.sdk import Step
from milepost.sdk.step import Facts

CONTAINER, VOLUME = "container", "volume"
"""The kinds of objects that a deploy makes."""
PROJECT, WORKSPACE, APP = "milepost/project", "milepost/workspace", "milepost/app"
OPERATION = "milepost/operation"
"""The labels by which the host's objects are told apart."""
PART = "milepost.docker/part"
"""Our own label: what an object is (`replica`, `task`, `network`, `volume`)."""
STATE = "milepost.docker/state"
"""Our own label of a container: what its deployment's state says, as JSON."""
FIRST_PORT, PORTS = 20000, 12000
"""Loopback ports are chosen from here: below those that systems give to connections that go out."""


def container_name(step: Step, number: int) -> str:
    """Return the name of a replica's container, which is its key too."""
    return step.key(str(number))


def replica_name(app: str, number: int) -> str:
    """Return what people call a replica: `web.1`."""
    return f"{app}.{number}"


def network_name(facts: Facts) -> str:
    """Return the name of the network of a project and workspace; different ones never share one."""
    return f"milepost.{_legal(facts.project)}.{_legal(facts.workspace)}"


def volume_name(facts: Facts, name: str) -> str:
    """Return the name of an app's volume on the engine: one for each workspace, since data must not be mixed."""
    return f"milepost.{_legal(facts.project)}.{_legal(facts.workspace)}.{_legal(name)}"


def alias(app: str) -> str:
    """Return the host name of an app on its network."""
    return re.sub(r"[^a-z0-9-]+", "-", app.lower()).strip("-") or "app"


def port_candidate(name: str, attempt: int) -> int:
    """Return a port for a container, another one at each attempt, the same for the same name."""
    digest = hashlib.sha256(f"{name}/{attempt}".encode()).digest()
    return FIRST_PORT + int.from_bytes(digest[:4], "big") % PORTS


def _legal(name: str) -> str:
    """Return a name as a part between dots; one with other signs gets a hash, so that no two become the same."""
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
        return name
    legible = re.sub(r"[^a-z0-9_-]+", "-", name.lower())[:30].strip("-_")
    return f"{legible or 'x'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
