from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from milepost.host.history import lists
from milepost.host.history.journal import STANDING
from milepost.host.history.sqlite import SqliteStore

WEB = {"app": "web", "workspace": "default"}


def plan(store: SqliteStore, query: lists.Query) -> str:
    connection = sqlite3.connect(Path(store.place) / "history.sqlite")
    try:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.values).fetchall()
    finally:
        connection.close()
    return " | ".join(row[-1] for row in rows)


@pytest.mark.parametrize(
    ("kind", "where", "searched"),
    [
        ("run", {}, "document_all (kind=?"),
        ("run", {"workspace": "default"}, "document_workspace (kind=? AND workspace=?"),
        ("run", {"workspace": "default", "verb": ("up", "rollback")}, "document_workspace (kind=? AND workspace=?"),
        (
            "run",
            {"workspace": "default", "status": ("error", "interrupted")},
            "document_workspace (kind=? AND workspace",
        ),
        ("run", {"number": 118}, "document_number (number=?"),
        ("operation", {}, "document_all (kind=?"),
        ("operation", {"workspace": "default", "stage": "deploy"}, "document_workspace (kind=? AND workspace=?"),
        ("operation", {**WEB}, "document_app (app=? AND workspace=?"),
        ("operation", {**WEB, "stage": "release", "status": "success"}, "document_app (app=? AND workspace=?"),
        ("operation", {"stage": "deploy"}, "document_all (kind=?"),
        ("operation", {"app": "web"}, "document_all (kind=?"),
        ("operation", {"run": "R1"}, "document_run (run=?"),
        ("operation", {"target": "O1"}, "document_target (target=?"),
        ("operation", {"status": "running"}, "document_running (kind=?"),
        ("operation", {"status": "running", **WEB}, "document_running (kind=?"),
    ],
)
def test_a_list_is_read_in_order_from_an_index(store: SqliteStore, kind: str, where: dict, searched: str) -> None:
    for before in (None, "O1"):
        told = plan(store, lists.latest(kind, where, lists.Page(20, before)))
        assert f"SEARCH document USING INDEX {searched}" in told
        assert "SCAN" not in told
        assert "TEMP B-TREE" not in told


def test_the_deployments_that_stand_are_read_alone(store: SqliteStore) -> None:
    told = plan(store, lists.latest("operation", {**WEB, "stage": "deploy", "presence": STANDING}, lists.Page()))
    assert "document_presence (app=? AND workspace=? AND presence=?)" in told


@pytest.mark.parametrize("field", ["run", "number", "target"])
def test_several_values_use_the_index_too(store: SqliteStore, field: str) -> None:
    values = (1, 2) if field == "number" else ("A", "B")
    assert f"document_{field} ({field}=?" in plan(store, lists.latest("operation", {field: values}, lists.Page(20)))


def test_a_field_without_a_column_is_refused_by_name(store: SqliteStore) -> None:
    with pytest.raises(ValueError, match="'colour', only by run, number"):
        store.latest("run", {"colour": "red"})
