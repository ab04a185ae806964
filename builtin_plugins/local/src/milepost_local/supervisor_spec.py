"""What a supervisor is told on its standard input, secrets included: it is never written anywhere."""

from __future__ import annotations

import json
from typing import NamedTuple


class Limits(NamedTuple):
    """What the system is asked to keep each process of a replica to; None: nothing beyond the user's own limits."""

    memory: int | None = None
    """Bytes of data."""
    nofile: int | None = None
    """Open files."""
    cpu_time: int | None = None
    """Seconds of processor time."""


class Spec(NamedTuple):
    """A deployment's processes, as they are to run."""

    mark: str
    """The deployment's folder, by which its processes are known."""
    name: str
    """The app's name; replicas are called `NAME.1`, `NAME.2`."""
    command: tuple[str, ...]
    env: dict[str, str]
    """The whole environment, but for PORT."""
    secrets: tuple[str, ...]
    """The names of those variables whose values must not be shown."""
    folder: str
    """The working folder."""
    socket: str
    replicas: int
    ports: bool
    """Whether each replica gets a PORT."""
    stop_signal: int
    stop_timeout: float
    restart_limit: int | None
    limits: Limits
    log_size: int
    log_files: int
    hidden: tuple[str, ...] = ()
    """More texts that must not be shown: what secrets are made of, and what stands in files."""


def encoded(spec: Spec) -> bytes:
    """Return the text for a supervisor's standard input."""
    return json.dumps(spec._asdict()).encode()


def decoded(text: bytes) -> Spec:
    """Return what `encoded` was given."""
    known = json.loads(text)
    known["limits"] = Limits(*known["limits"])
    for name in ("command", "secrets", "hidden"):
        known[name] = tuple(known[name])
    return Spec(**known)
