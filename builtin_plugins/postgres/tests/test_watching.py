"""Who watches is woken by the server, and not left asleep where the server cannot wake anybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from milepost_postgres.store import PostgresStore
from tests.engines.postgres import PostgresServer

Open = Callable[..., PostgresStore]


def test_changes_wake_who_watches_at_once(open_store: Open) -> None:
    store, other = open_store(), open_store()
    waits: list[float] = []
    version = store.watch(-1, 0)
    for place in range(5):
        told = threading.Timer(0.1, other.append, [{"id": f"R{place}", "kind": "run"}])
        told.start()
        began = time.monotonic()
        changed = store.watch(version, 30)
        waits.append(time.monotonic() - began)
        told.join()
        assert changed > version
        version = changed
    # Looking now and then would have found them after a second each.
    assert sorted(waits)[2] < 0.6


def test_changes_that_nobody_tells_of_are_found_too(
    open_store: Open, database: str, postgres_server: PostgresServer
) -> None:
    store, name = open_store(url=database), database.rpartition("/")[2]
    version, waits = store.watch(-1, 0), []
    for _ in range(4):
        # As behind a pooler that hands each transaction to another connection: it changes, and no word comes.
        silent = threading.Timer(
            0.3, postgres_server.execute, ["UPDATE milepost.project SET version = version + 1", name]
        )
        silent.start()
        began = time.monotonic()
        changed = store.watch(version, 30)
        waits.append(time.monotonic() - began)
        silent.join()
        assert changed == version + 1
        version = changed
    assert min(waits[2:]) < waits[0]


def test_several_threads_watch_one_store(open_store: Open) -> None:
    store, other = open_store(), open_store()
    version = store.version()
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(store.watch(version, 20))) for _ in range(3)]
    for thread in threads:
        thread.start()
    other.append({"id": "R1", "kind": "run"})
    for thread in threads:
        thread.join()
    assert found == [version + 1] * 3


def test_watching_keeps_nobody_from_writing(open_store: Open) -> None:
    store = open_store()
    version = store.version()
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(store.watch(version, 30)))
    thread.start()
    assert store.append({"id": "R1", "kind": "run"}) == 1
    thread.join()
    assert found == [version + 1]


def test_changes_are_told_whatever_the_schema_is_called(open_store: Open) -> None:
    store = open_store(config={"schema": "Milepost-2"})
    threading.Timer(0.1, open_store(config={"schema": "Milepost-2"}).append, [{"id": "R1", "kind": "run"}]).start()
    assert store.watch(store.version(), 10) == 1
