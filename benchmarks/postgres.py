"""What a shared history costs on PostgreSQL: an insert as a ratio to a bare one by the same driver.

python -m benchmarks.postgres                # a server of its own is started and removed; some seconds
python -m benchmarks.postgres --url URL      # an empty database that is there
python -m benchmarks.postgres --quick        # few rounds, to see that it works
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from milepost.sdk import Credential
from milepost.sdk.secret import Part
from milepost.sdk.store import Document, Opening
from milepost_postgres.config import PostgresConfig
from milepost_postgres.opening import open_store
from milepost_postgres.store import PostgresStore
from tests.engines.postgres import make_server

STAGES = ("build", "push", "deploy", "release")
FLOOR = "INSERT INTO floor (id, body) VALUES (%s, %s) RETURNING position"


def document(place: int) -> Document:
    """Return an operation of about 1 KB."""
    return {
        "id": f"01{place:024}",
        "kind": "operation",
        "run": "R",
        "project": "shop",
        "started": "2026-01-02T03:04:05Z",
        "workspace": "default",
        "app": "web",
        "stage": STAGES[place % len(STAGES)],
        "status": "success",
        "user": "ada",
        "source": {"commit": f"{place:040x}"},
        "labels": {"team": "shop"},
        "state": {"padding": "x" * 700},
    }


@contextmanager
def server() -> Iterator[str]:
    """Give the URL of an empty database of a new server."""
    folder = Path(tempfile.mkdtemp(prefix="milepost-postgres-"))
    folder.chmod(0o755)
    started = make_server(folder)
    try:
        started.start()
        yield started.url(started.new_database())
    finally:
        started.stop()
        shutil.rmtree(folder)


def opened(url: str) -> PostgresStore:
    """Return a new store in the database."""
    opening = Opening("shop", "example.org/shop", "", lambda: "benchmark", lambda: datetime.now(UTC))
    return open_store(PostgresConfig(url=Credential([Part(url)])), opening)


def seconds(work: Callable[..., object], *arguments: Any) -> float:
    """Return how long the call took."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def medians(url: str, rounds: int) -> dict[str, float]:
    """Return the medians of a bare insert and of appends, in turns."""
    store = opened(url)
    lock = store.lock("app/web/default")
    lock.acquire({"who": "benchmark"})
    store.append({"id": "R", "kind": "run", "workspace": "default", "status": "running"})
    taken: dict[str, list[float]] = {"bare": [], "append": [], "append under a lock": [], "latest 20": []}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE floor (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text UNIQUE, body text)"
        )
        for place in range(rounds):
            first, second = document(2 * place), document(2 * place + 1)
            taken["bare"].append(seconds(bare, connection, document(place)))
            store.fence([])
            taken["append"].append(seconds(store.append, first))
            store.fence([lock.lease] if lock.lease else [])
            taken["append under a lock"].append(seconds(store.append, second))
            taken["latest 20"].append(seconds(store.latest, "operation", {"workspace": "default"}, 20))
    store.close()
    return {name: statistics.median(each[len(each) // 10 :]) for name, each in taken.items()}


def bare(connection: psycopg.Connection[Any], each: Document) -> None:
    """Insert a document as it is, committed at once."""
    connection.execute(FLOOR, (each["id"], json.dumps(each))).fetchone()


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds, to see that it works")
    parser.add_argument("--url", help="an empty database; a server of its own when not given")
    given = parser.parse_args()
    rounds = 50 if given.quick else 1500
    if given.url:
        found = medians(given.url, rounds)
    else:
        with server() as url:
            found = medians(url, rounds)
    floor = found.pop("bare")
    sys.stdout.write(f"bare INSERT … RETURNING, committed: {floor * 1e6:.0f} µs\n")
    for name, median in found.items():
        sys.stdout.write(f"{name}: {median / floor:.2f} x\n")


if __name__ == "__main__":
    main()
