"""A process that writes a history in every way there is, over and over: `deeds.py FOLDER PREFIX TURNS`.

It tells what begins and what is done, so that a test which kills it knows what was acknowledged.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.store import Document, Opening, OutputLine

PADDING = "x" * 1500
DEEDS = (
    "run",
    "operation",
    "amend",
    "admit",
    "output",
    "seal",
    "cancel",
    "lock",
    "fenced",
    "release",
    "remove",
    "drop",
)


def run(name: str, **fields: object) -> Document:
    """Return a run."""
    usual = {"id": name, "kind": "run", "workspace": "default", "status": "running", "why": PADDING}
    return {**usual, "labels": {"team": "blue"}, "started": "2026-01-02T03:04:05Z", **fields}


def operation(name: str, status: str) -> Document:
    """Return the operation of a run."""
    usual = {"id": f"{name}-O", "kind": "operation", "run": name, "app": "web", "workspace": "default"}
    return {**usual, "stage": "deploy", "status": status, "state": PADDING, "labels": {"team": status}}


def lines(name: str) -> list[OutputLine]:
    """Return what an operation prints."""
    return [OutputLine(each, "", "plugin", "stdout", f"{name} {each} {PADDING[:80]}") for each in range(1, 80)]


class Doer:
    """Who does them."""

    def __init__(self, folder: Path, prefix: str) -> None:
        now = datetime(2026, 1, 2, tzinfo=UTC)
        self.store = SqliteStore.open(
            folder, Opening("shop", "example.org/shop", "", new_id=lambda: "made", now=lambda: now)
        )
        self.prefix = prefix

    def turn(self, place: int) -> None:
        """Do each deed once, under one name."""
        name, store = f"{self.prefix}-{place}", self.store
        lock = store.lock(f"run/{name}")
        self.do("run", name, lambda: store.append(run(name)))
        self.do("operation", name, lambda: store.append(operation(name, "running")))
        self.do("amend", name, lambda: store.amend([operation(name, "success"), run(name, status="success")]))
        self.do("admit", name, lambda: store.admit([run(f"{name}-T", number=7, store="laptop")]))
        self.do("output", name, lambda: store.write_output(f"{name}-O", lines(name)))
        self.do("seal", name, lambda: store.seal_output(f"{name}-O"))
        self.do("cancel", name, lambda: store.ask_cancel(name))
        self.do("lock", name, lambda: lock.acquire({"who": name}))
        store.fence([lock.lease] if lock.lease else [])
        self.do("fenced", name, lambda: store.append(run(f"{name}-F")))
        store.fence([])
        self.do("release", name, lock.release)
        old = f"{self.prefix}-{place - 1}"
        self.do("remove", old, lambda: store.remove([f"{old}-O", old, f"{old}-T"]))
        self.do("drop", name, lambda: store.drop_output([f"{name}-O"]))

    def do(self, deed: str, name: str, work: Callable[[], object]) -> None:
        """Do one, and tell when it begins and when it is done."""
        for told in ("begin", "done"):
            if told == "done":
                work()
            sys.stdout.write(f"{told} {deed} {name}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    doer = Doer(Path(sys.argv[1]), sys.argv[2])
    for number in range(1, int(sys.argv[3]) + 1):
        doer.turn(number)
    doer.store.close()
