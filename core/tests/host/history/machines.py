"""What two machines write into one history: documents, lines, a run that holds the lock of its app."""

from __future__ import annotations

from typing import Any

from core.tests.host.history.faraway import Machine
from milepost.sdk.store import Document, HistoryStore, OutputLine

LOCK = "app/default/web"


def run(id: str = "R1", **fields: Any) -> Document:
    return {"id": id, "kind": "run", "workspace": "default", "status": "running", "writer": {"host": id}, **fields}


def operation(id: str = "O1", run: str = "R1", stage: str = "deploy", **fields: Any) -> Document:
    usual = {"kind": "operation", "workspace": "default", "app": "web", "status": "running", "writer": {"host": run}}
    return {"id": id, "run": run, "stage": stage, "number": 1, "presence": "starting", **usual, **fields}


def begin(machine: Machine, run_id: str = "R1") -> HistoryStore:
    """Begin a run with the lock of its app, and return its store."""
    store = machine.outbox
    store.append(run(run_id))
    lock = store.lock(LOCK)
    assert lock.acquire({"run_id": run_id})
    assert lock.lease is not None
    store.fence([lock.lease])
    return store


def line(number: int) -> OutputLine:
    return OutputLine(number, "2026-01-02T12:00:00+00:00", "plugin", "stdout", f"line {number}")
