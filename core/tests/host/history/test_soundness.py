from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.store import OutputLine

DAMAGES = {
    "UPDATE document SET body = substr(body, 1, 40) WHERE id = 'O1'": "the document 'O1' is no record",
    "UPDATE document SET body = '[]' WHERE id = 'R1'": "the document 'R1' is no record",
    "UPDATE document SET status = 'error' WHERE id = 'R1'": "'R1' says status = 'success', and is found by 'error'",
    "UPDATE document SET number = 9 WHERE id = 'O1'": "'O1' says number = 1, and is found by 9",
    "DELETE FROM label": "the document 'R1' is not found by its labels",
    "INSERT INTO label VALUES ('team=red', 'run', 99)": "there is no document at 99, which has the labels team=red",
    "DELETE FROM document WHERE id = 'R1'": "the operation 'O1' belongs to the run 'R1', which is not there",
    "UPDATE fact SET value = 0 WHERE name = 'number'": "would be given the number 1, but there is a run 1 already",
    "UPDATE fact SET value = 0 WHERE name LIKE 'sequence%'": "the next deploy of web would be given a number up to 1",
}


@pytest.fixture
def folder(store: SqliteStore) -> Path:
    store.append({"id": "R1", "kind": "run", "status": "success", "labels": {"team": "blue"}})
    store.append({"id": "O1", "kind": "operation", "run": "R1", "app": "web", "stage": "deploy"})
    store.write_output("O1", [OutputLine(1, "", "plugin", "stdout", "x" * 9000)])
    assert store.check() == []
    return Path(store.place)


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize("statement", DAMAGES)
def test_what_is_damaged_is_named(store: SqliteStore, folder: Path, statement: str) -> None:
    change(folder / "history.sqlite", statement)
    assert any(DAMAGES[statement] in told for told in store.check())


@pytest.mark.parametrize("body", ["x'00'", "'nothing'", "NULL"])
def test_output_that_cannot_be_read_is_named(store: SqliteStore, folder: Path, body: str) -> None:
    change(folder / "output.sqlite", f"UPDATE OR IGNORE block SET body = coalesce({body}, 7)")
    (told,) = store.check()
    assert "a piece of the output of 'O1'" in told


def test_damaged_pages_are_told(open_store: Callable[..., SqliteStore], tmp_path: Path) -> None:
    store = open_store()
    for place in range(200):
        store.append({"id": f"R{place}", "kind": "run", "why": "x" * 3000})
    store.close()
    path = tmp_path / "store" / "history.sqlite"
    torn = bytearray(path.read_bytes())
    for page in range(20, 60):
        torn[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(torn)
    told = open_store(create=False).check()
    assert told
    assert all(str(path) in each for each in told)


def test_a_damaged_file_of_output_is_told(folder: Path, open_store: Callable[..., SqliteStore]) -> None:
    again = open_store()
    again.close()
    for path in folder.glob("output.sqlite*"):
        path.unlink()
    (folder / "output.sqlite").write_bytes(b"no database, but long enough to be looked at " * 200)
    (told,) = open_store().check()
    assert "output.sqlite" in told
