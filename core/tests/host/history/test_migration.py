from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.tests.host.history.older import make_old
from milepost.host.history.migration import bring_up
from milepost.host.history.schema import SHAPE
from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.errors import HistoryError

Open = Callable[..., SqliteStore]
Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_old(tmp_path / "store", 30)
    return tmp_path / "store"


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def rows_of(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT position, id, body FROM document ORDER BY position").fetchall()


def shape_of(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {" ".join(row[0].replace('"document"', "document").split()) for row in rows}


def test_an_older_history_is_read_and_written_as_before(folder: Path, open_store: Open) -> None:
    store = open_store(folder)
    assert store.id == "store-0"
    assert [each["number"] for each in store.latest("run", {}, limit=3)] == [30, 29, 28]
    assert store.append({"id": "R31", "kind": "run", "workspace": "default"}) == 31
    assert store.cancel_asked("R1")
    assert store.check() == []


def test_what_an_older_history_says_can_be_asked_for_as_today(folder: Path, open_store: Open) -> None:
    store = open_store(folder)
    assert len(store.latest("run", {"user": "ada", "commit": "c0ff"})) == 29
    assert len(store.latest("operation", {"label": "team=blue", "stage": "push"})) == 29
    assert [each["id"] for each in store.latest("run", {"since": "2026-01-01T23:00:00Z"})] == ["R23"]


def test_older_operations_are_numbered_in_their_order(folder: Path, open_store: Open) -> None:
    store = open_store(folder)
    deploys = store.latest("operation", {"stage": "deploy"}, oldest=True)
    assert [each["sequence"] for each in deploys] == list(range(1, 30))
    store.append({"id": "R31", "kind": "run"})
    store.append({"id": "O1", "kind": "operation", "run": "R31", "app": "web", "stage": "deploy"})
    assert (store.get("O1") or {})["sequence"] == 30


def test_an_older_file_gets_the_tables_of_a_new_one(folder: Path, open_store: Open, tmp_path: Path) -> None:
    open_store(folder).close()
    open_store(tmp_path / "new").close()
    assert shape_of(folder / "history.sqlite") == shape_of(tmp_path / "new" / "history.sqlite")


def test_the_file_as_it_was_stays_beside_it(folder: Path, open_store: Open) -> None:
    before = rows_of(folder / "history.sqlite")
    open_store(folder).close()
    kept = folder / "history.sqlite.before-2"
    assert (version_of(kept), version_of(folder / "history.sqlite")) == (1, 2)
    assert rows_of(kept) == before
    assert [row[:2] for row in rows_of(folder / "history.sqlite")] == [row[:2] for row in before]


def test_a_reader_brings_it_up_where_it_may_write(folder: Path, open_store: Open) -> None:
    assert len(open_store(folder, create=False).latest("run", {})) == 29
    assert version_of(folder / "history.sqlite") == 2


def test_a_reader_who_may_not_write_reads_it_all_the_same(spawn: Spawn) -> None:
    with tempfile.TemporaryDirectory() as scratch:  # not below `tmp_path`, which is private
        folder = Path(scratch) / "store"
        make_old(folder, 30)
        before = (folder / "history.sqlite").read_bytes()
        for each, mode in ((folder / "history.sqlite", 0o444), (folder, 0o555), (folder.parent, 0o755)):
            each.chmod(mode)
        told = spawn("read", folder).communicate()[0].split()
        assert told == [f"R{number}" for number in range(30, 0, -1) if number != 2]
        assert (folder / "history.sqlite").read_bytes() == before
        folder.chmod(0o700)


def test_two_who_open_it_at_once_bring_it_up_once(folder: Path, spawn: Spawn, open_store: Open) -> None:
    others = [spawn("append", folder, f"W{each}", 5) for each in range(3)]
    assert [each.wait(60) for each in others] == [0] * 3
    store = open_store(folder)
    assert len(store.latest("run", {})) == 29 + 15
    assert store.check() == []


def test_a_step_that_fails_leaves_the_file_as_it_was(folder: Path) -> None:
    path = folder / "history.sqlite"
    before = rows_of(path)

    def breaks(connection: sqlite3.Connection) -> None:
        SHAPE.steps[0](connection)
        raise OSError("no more")

    with closing(sqlite3.connect(path, isolation_level=None)) as connection, pytest.raises(OSError, match="no more"):
        bring_up(connection, path, [breaks])
    assert (version_of(path), rows_of(path)) == (1, before)


def test_a_document_that_cannot_be_read_stops_it_and_loses_nothing(folder: Path, open_store: Open) -> None:
    path = folder / "history.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE document SET body = '{' WHERE id = 'R7'")
        connection.commit()
    with pytest.raises(HistoryError, match="'R7' is no JSON") as caught:
        open_store(folder)
    assert "repair" in caught.value.hint
    assert version_of(path) == 1


def test_one_that_is_killed_in_the_middle_is_done_again(tmp_path: Path, spawn: Spawn, open_store: Open) -> None:
    make_old(tmp_path / "big", 600)
    dice = random.Random(3)
    seen = set()
    for turn in range(8):
        folder = tmp_path / f"turn{turn}"
        shutil.copytree(tmp_path / "big", folder)
        other = spawn("append", folder, "K", 1)
        time.sleep(0.1 + dice.random() * 0.25)
        other.kill()
        other.wait()
        seen.add(version_of(folder / "history.sqlite"))
        store = open_store(folder)
        assert len(store.latest("operation", {})) >= 599 * 4
        assert json.dumps(store.check()) == "[]"
        assert version_of(folder / "history.sqlite.before-2") == 1
    assert 1 in seen
