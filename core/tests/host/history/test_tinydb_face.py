from __future__ import annotations

import pytest
from tinydb import where

from milepost.host.history.sqlite import SqliteStore
from milepost.host.history.tinydb_face import open_tables
from milepost.sdk.errors import HistoryError


@pytest.fixture
def filled(store: SqliteStore) -> SqliteStore:
    for place, verb in enumerate(("up", "rollback", "up"), start=1):
        run = f"R{place}"
        store.append({"id": run, "kind": "run", "workspace": "default", "verb": verb})
        operation = {"id": f"O{place}", "kind": "operation", "run": run, "app": "web", "workspace": "default"}
        store.append({**operation, "stage": "deploy", "plugin": {"word": "local" if place > 1 else "docker"}})
    return store


def test_runs_are_searched_with_tinydbs_queries_oldest_first(filled: SqliteStore) -> None:
    found = open_tables(filled).table("runs").search(where("verb") == "up")
    assert [each["number"] for each in found] == [1, 3]


def test_operations_are_searched_by_what_lies_inside(filled: SqliteStore) -> None:
    table = open_tables(filled).table("operations")
    assert [each["id"] for each in table.search(where("plugin").word == "local")] == ["O2", "O3"]
    assert len(table) == 3
    assert table.get(doc_id=2) == filled.get("O2")


def test_what_was_recorded_meanwhile_is_found(filled: SqliteStore) -> None:
    runs = open_tables(filled).table("runs")
    assert runs.count(where("verb") == "up") == 2
    filled.append({"id": "R4", "kind": "run", "verb": "up"})
    assert runs.count(where("verb") == "up") == 3


def test_tables_cannot_be_written(filled: SqliteStore) -> None:
    tables = open_tables(filled)
    for change in (
        lambda: tables.table("runs").insert({"id": "R9"}),
        lambda: tables.table("runs").remove(where("verb") == "up"),
        lambda: tables.table("runs").truncate(),
        tables.drop_tables,
    ):
        with pytest.raises(HistoryError, match="read-only"):
            change()
    assert len(filled.latest("run", {})) == 3
