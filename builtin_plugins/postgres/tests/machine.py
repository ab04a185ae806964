"""A machine that uses the shared history: URL PROJECT, then what it does, its name, and how often or how long."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from milepost.sdk import Credential
from milepost.sdk.secret import Part
from milepost.sdk.store import Opening
from milepost_postgres.config import PostgresConfig
from milepost_postgres.opening import open_store
from milepost_postgres.store import PostgresStore


def write(store: PostgresStore, name: str, count: int) -> None:
    """Record that many runs of two operations, and tell each when it is done."""
    for place in range(count):
        run = f"{name}-{place}"
        number = store.append({"id": run, "kind": "run", "status": "running"})
        for stage in ("build", "deploy"):
            operation = {"id": f"{run}-{stage}", "kind": "operation", "run": run, "app": "web", "stage": stage}
            store.append({**operation, "status": "running"})
            store.amend([{**operation, "status": "success"}])
        tell(f"{run} {number}")


def take(store: PostgresStore, name: str, count: int) -> None:
    """Take a lock that often, and count under it."""
    lock = store.lock("counter")
    for _ in range(count):
        while not lock.acquire({"who": name}):
            time.sleep(0.002)
        assert lock.lease is not None
        store.fence([lock.lease])
        before = store.get("counter")
        counter = {"id": "counter", "kind": "run", "count": before["count"] + 1 if before else 1}
        store.append(counter)
        store.amend([counter])
        tell(str(lock.lease.epoch))
        lock.release()


def hold(store: PostgresStore, name: str, count: int) -> None:
    """Hold a lock for ever."""
    tell(str(store.lock("web").acquire({"who": name})))
    time.sleep(600)


def tell(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Do what the words say."""
    url, project, what, name, count = sys.argv[1:]
    config = PostgresConfig(url=Credential([Part(url)]), lease=1.0 if what == "hold" else 30.0)
    opening = Opening(project, "example.org/shop", "", lambda: f"store-of-{name}", lambda: datetime.now(UTC))
    store = open_store(config, opening)
    {"write": write, "take": take, "hold": hold}[what](store, name, int(count))
    store.close()


if __name__ == "__main__":
    main()
