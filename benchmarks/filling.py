"""Long histories to measure on: documents of about 1 KB, and stores that are filled with them at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from milepost.host.history import numbering, schema
from milepost.host.history.sqlite import FILE, SqliteStore
from milepost.sdk.store import Opening

STAGES = ("build", "push", "deploy", "release")
APPS = ("web", "api", "worker", "site")
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)


def document(place: int) -> dict[str, object]:
    """Return the operation of that place in a long history, or its run: about 1 KB of JSON."""
    number, part = divmod(place, len(STAGES) + 1)
    both = {
        "number": number + 1,
        "project": "shop",
        "started": (BEGAN + timedelta(seconds=10 * place)).isoformat(),
        "workspace": "default" if number % 5 else "staging",
        "status": "success" if place % 19 else "error",
        "user": f"user{number % 10}",
        "source": {"folder": "/srv/shop", "commit": f"{number:06x}{'c' * 34}"},
        "labels": {"team": f"team{number % 7}"},
        "state": {"padding": "x" * 700},
    }
    run = f"01{number:023}R"
    if part == 0:
        return {"id": run, "kind": "run", "verb": "up", **both}
    stage = STAGES[part - 1]
    presence = ("destroyed" if number % 50 else "parked") if stage == "deploy" else None
    more = {"run": run, "app": APPS[number % len(APPS)], "stage": stage, "label": stage, "presence": presence}
    return {"id": f"01{place:024}", "kind": "operation", **both, **more}


def opened(folder: Path) -> SqliteStore:
    """Return the store of the folder."""
    return SqliteStore.open(
        folder, Opening("shop", "example.org/shop", "", new_id=lambda: "benchmark", now=lambda: datetime.now(UTC))
    )


def fill(folder: Path, size: int, made: Callable[[int], dict[str, object]] = document) -> None:
    """Bring a store to that many documents, each made of its place; how they came to it changes no figure."""
    opened(folder).close()
    connection = sqlite3.connect(folder / FILE, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -200000")
    connection.execute("BEGIN")
    for place in range(size):
        each = made(place)
        schema.put(connection, each)
        numbering.reserve(connection, each)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
