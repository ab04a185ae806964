"""Where the parts of one deployment lie on the disk. The supervisor is made of it too: standard library only."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from milepost_local.identity import Identity

_LONGEST_SOCKET = 100
"""Bytes that a Unix socket's path may have everywhere: macOS allows 103."""


class Place(NamedTuple):
    """The folder of a deployment."""

    root: Path

    @property
    def app(self) -> Path:
        """The app's files, which are its working folder."""
        return self.root / "app"

    @property
    def log(self) -> Path:
        """What the replicas and the supervisor printed."""
        return self.root / "log"

    @property
    def record(self) -> Path:
        """Which processes run."""
        return self.root / "supervisor.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor while it lives."""
        return self.root / "supervisor.lock"

    @property
    def labels(self) -> Path:
        """The labels by which the deployment is found."""
        return self.root / "labels.json"

    @property
    def note(self) -> Path:
        """What is deployed and how, for a history that has lost its record."""
        return self.root / "deployment.json"

    @property
    def whole(self) -> Path:
        """There once the deploy came to its end."""
        return self.root / "whole"

    @property
    def parked(self) -> Path:
        """There while the deployment is stopped on purpose."""
        return self.root / "parked"

    @property
    def doomed(self) -> Path:
        """There as soon as the deployment is being destroyed: a supervisor that sees it does not start."""
        return self.root / "doomed"


def places(data: Path) -> tuple[Place, ...]:
    """Return where all deployments lie that can be told apart by labels, in the order of their keys."""
    return tuple(Place(each.parent) for each in sorted((data / "deployments").glob("[!.]*/labels.json")))


def read_labels(place: Place) -> dict[str, str]:
    """Return a deployment's labels; none if it was removed meanwhile, or a crash of the machine left the file empty."""
    try:
        found: dict[str, str] = json.loads(place.labels.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found


def socket_path(data: Path, key: str, runtime: Path) -> Path:
    """Return where the supervisor of the deployment listens: a short path, in `data` where that is short enough.

    Else in `runtime`, a folder that lasts as long as the machine runs.
    """
    name = hashlib.sha256(f"{data}/{key}".encode()).hexdigest()[:8] + ".sock"
    usual = data / "run" / name
    if len(os.fsencode(usual)) <= _LONGEST_SOCKET:
        return usual
    return runtime / f"milepost-{os.getuid()}" / name


class ReplicaRecord(NamedTuple):
    """A process that a supervisor started, and that leads a group of its own."""

    name: str
    identity: Identity
    port: int | None


class Record(NamedTuple):
    """What a supervisor wrote down of itself before it started anything."""

    supervisor: Identity
    socket: str
    replicas: tuple[ReplicaRecord, ...] = ()


def write_record(place: Place, record: Record) -> None:
    """Replace the record of the processes. Raises OSError."""
    replicas = [{"name": each.name, "process": each.identity, "port": each.port} for each in record.replicas]
    write_text(
        place.record,
        json.dumps({"version": 1, "supervisor": record.supervisor, "socket": record.socket, "replicas": replicas}),
    )


def read_record(place: Place) -> Record | None:
    """Return the record of the processes; None if no supervisor ever got that far."""
    try:
        known = json.loads(place.record.read_text())
    except FileNotFoundError:
        return None
    replicas = (ReplicaRecord(each["name"], Identity(*each["process"]), each["port"]) for each in known["replicas"])
    return Record(Identity(*known["supervisor"]), known["socket"], tuple(replicas))


def write_text(path: Path, text: str) -> None:
    """Replace a file for the user's eyes only: a crash leaves the old one or the new one. Raises OSError."""
    scratch = path.with_name(f".{path.name}.new")
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    scratch.replace(path)
