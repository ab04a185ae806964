"""The client's side of a supervisor's socket."""

from __future__ import annotations

import socket
from typing import Literal

from msgspec import Struct, json

PATIENCE = 5.0
"""Seconds that a supervisor may take with its answer: on a busy machine it waits for its turn."""


class ReplicaStatus(Struct, frozen=True, kw_only=True):
    """How one replica is."""

    name: str
    state: Literal["running", "waiting", "failed"]
    """`waiting` is started again soon, `failed` is not."""
    pid: int
    port: int | None
    exits: int
    """How often in a row it ended soon after its start."""
    last_exit: int | None
    """Its last exit status; minus the signal's number if one ended it."""
    uptime: float
    due_in: float


class SupervisorStatus(Struct, frozen=True, kw_only=True):
    """How the processes of a deployment are."""

    pid: int
    replicas: tuple[ReplicaStatus, ...]
    stopping: bool = False
    """Whether it was told to stop: its replicas may still run, and are about to end."""


class LiveEnvironment(Struct, frozen=True, kw_only=True):
    """The environment that the app was started with, but for its PORT."""

    env: dict[str, str]
    secrets: tuple[str, ...]


def ask_status(path: str) -> SupervisorStatus | None:
    """Return how the processes are; None if no supervisor answers."""
    text = _ask(path, "status")
    return json.decode(text, type=SupervisorStatus) if text else None


def ask_environment(path: str) -> LiveEnvironment | None:
    """Return the app's environment; None if no supervisor answers."""
    text = _ask(path, "env")
    return json.decode(text, type=LiveEnvironment) if text else None


def tell(path: str, what: Literal["stop", "prove"]) -> SupervisorStatus | None:
    """Have the supervisor stop, or take note that all was ready; None if it does not answer."""
    text = _ask(path, what)
    return json.decode(text, type=SupervisorStatus) if text else None


def _ask(path: str, question: str) -> bytes:
    """Return the answer's line; nothing if there is none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(PATIENCE)
        try:
            client.connect(path)
            client.sendall(question.encode() + b"\n")
            pieces = []
            while piece := client.recv(65536):
                pieces.append(piece)
        except OSError:
            # Nobody listens, or it went away: for the caller that is the answer.
            return b""
    return b"".join(pieces)
