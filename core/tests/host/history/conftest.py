"""What the tests of the history share: stores in a folder of their own, and processes that use them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from core.tests.host.history.faraway import Database, Machine
from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.store import Opening

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
ORIGIN = "example.org/shop"
PROGRAM = Path(__file__).with_name("program.py")

Open = Callable[..., SqliteStore]
Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens the store in `tmp_path/store`; all are closed at the end."""
    opened: list[SqliteStore] = []
    ids = count(1)

    def open_one(folder: Path = tmp_path / "store", project: str = "shop", origin: str = ORIGIN, **how) -> SqliteStore:
        store = SqliteStore.open(
            folder,
            Opening(project, origin, new_id=lambda: f"store-{next(ids)}", now=lambda: NOON, **{"formerly": "", **how}),
        )
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Open) -> SqliteStore:
    """Return a new store."""
    return open_store()


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Return a function that starts `program.py` with these words; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: object, **how) -> subprocess.Popen[str]:
        argv = [sys.executable, str(PROGRAM), *map(str, words)]
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **how)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def database() -> Database:
    """The database that both machines share."""
    return Database()


@pytest.fixture
def laptop(database: Database, tmp_path: Path) -> Machine:
    """The machine that is cut off."""
    return Machine(database, tmp_path / "laptop", "laptop")


@pytest.fixture
def ci(database: Database, tmp_path: Path) -> Machine:
    """Another machine."""
    return Machine(database, tmp_path / "ci", "ci")
