from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path

import pytest

from milepost.host.history import lists
from milepost.host.history.journal import STANDING
from milepost.host.history.sqlite import SqliteStore

WEB = {"app": "web", "workspace": "default"}
FLAGS = {
    "workspace": "default",
    "app": "web",
    "stage": ("deploy", "release"),
    "status": ("error", "interrupted"),
    "presence": ("staged", "released"),
    "verb": ("up",),
    "user": "ada",
    "commit": "c0ffee",
    "label": ("team=blue", "tier=1"),
    "since": "2026-01-01T00:00:00Z",
    "until": "2026-02-01T00:00:00Z",
    "store": "laptop",
    "number": 118,
    "run": "R1",
}
OTHERS = {"status": "running", "label": ("team=blue",), "stage": "deploy", "target": "O1", "run": ("R1", "R2")}


@contextmanager
def planning(store: SqliteStore) -> Iterator[Callable[[lists.Query], str]]:
    """Give what tells how SQLite answers a query of the store."""
    connection = sqlite3.connect(Path(store.place) / "history.sqlite")

    def told(query: lists.Query) -> str:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.values).fetchall()
        return " | ".join(row[-1] for row in rows)

    try:
        yield told
    finally:
        connection.close()


def plan(store: SqliteStore, query: lists.Query) -> str:
    with planning(store) as told:
        return told(query)


def is_quick(told: str) -> bool:
    """Return whether documents are found by an index and come in order: only the short table of blocks is scanned."""
    return "SEARCH document" in told and "TEMP B-TREE" not in told and "SCAN" not in told.replace("SCAN span", "")


@pytest.mark.parametrize("page", [lists.Page(20), lists.Page(20, "O1"), lists.Page(20, "O1", oldest=True)])
@pytest.mark.parametrize("flags", [FLAGS, {**FLAGS, **OTHERS}])
def test_whatever_a_list_is_asked_an_index_answers_in_order(store: SqliteStore, flags: dict, page: lists.Page) -> None:
    asked = [
        (kind, {name: flags[name] for name in names})
        for kind in ("run", "operation")
        for size in range(4)
        for names in combinations(flags, size)
    ]
    with planning(store) as told:
        slow = [(kind, where) for kind, where in asked if not is_quick(told(lists.latest(kind, where, page)))]
    assert slow == []


@pytest.mark.parametrize(
    ("kind", "where", "searched"),
    [
        ("run", {}, "document_all (kind=?"),
        ("run", {"workspace": "default"}, "document_workspace (kind=? AND workspace=?"),
        ("run", {"workspace": "default", "verb": ("up", "rollback")}, "document_workspace (kind=? AND workspace=?"),
        ("run", {"workspace": "default", "status": ("error", "running")}, "document_unsettled (kind=?"),
        ("run", {"workspace": "default", "status": ("error", "success")}, "document_workspace (kind=? AND workspace=?"),
        ("run", {"user": "ada"}, "document_all (kind=?"),
        ("run", {"commit": "c0ffee", "user": "ada"}, "document_commit (<expr>=? AND kind=?"),
        ("run", {"store": "laptop"}, "document_store (store=? AND kind=?"),
        ("operation", {}, "document_all (kind=?"),
        ("operation", {"workspace": "default", "stage": "deploy"}, "document_workspace (kind=? AND workspace=?"),
        ("operation", {**WEB}, "document_workspace (kind=? AND workspace=?"),
        ("operation", {**WEB, "user": "ada"}, "document_workspace (kind=? AND workspace=?"),
        ("operation", {**WEB, "stage": "release", "status": "success"}, "document_workspace (kind=? AND workspace=?"),
        ("operation", {"stage": "deploy"}, "document_all (kind=?"),
        ("operation", {"app": "web"}, "document_all (kind=?"),
        ("operation", {"run": "R1"}, "document_run (run=?"),
        ("operation", {"target": "O1"}, "document_target (target=?"),
        ("operation", {"status": "running"}, "document_unsettled (kind=?"),
        ("operation", {"status": "running", **WEB}, "document_unsettled (kind=?"),
        ("operation", {"since": FLAGS["since"], **WEB}, "document_workspace (kind=? AND workspace=?"),
    ],
)
def test_a_list_is_read_from_the_index_that_leaves_the_least(
    store: SqliteStore, kind: str, where: dict, searched: str
) -> None:
    told = plan(store, lists.latest(kind, where, lists.Page(20)))
    assert f"SEARCH document USING INDEX {searched}" in told


def test_the_deployments_that_stand_are_read_alone(store: SqliteStore) -> None:
    told = plan(store, lists.latest("operation", {**WEB, "stage": "deploy", "presence": STANDING}, lists.Page()))
    assert "COVERING INDEX document_presence (presence=? AND workspace=? AND app=?)" in told
    assert is_quick(told)


def test_a_label_finds_its_documents_in_order(store: SqliteStore) -> None:
    told = plan(store, lists.latest("run", {"label": ("team=blue",), **WEB}, lists.Page(20)))
    assert "SEARCH label USING PRIMARY KEY (label=? AND kind=?)" in told


def test_a_number_is_that_of_a_run_and_its_operations(store: SqliteStore) -> None:
    told = plan(store, lists.latest("run", {"number": 118}, lists.Page(20)))
    assert "document USING INDEX document_number (number=?)" in told
    told = plan(store, lists.latest("operation", {"number": (118, 119)}, lists.Page(20)))
    assert "document_number (number=?)" in told
    assert "document_run (run=?)" in told
    assert is_quick(told)


@pytest.mark.parametrize("field", ["run", "target"])
def test_several_values_use_the_index_too(store: SqliteStore, field: str) -> None:
    query = lists.latest("operation", {field: ("A", "B")}, lists.Page(20))
    assert f"document_{field} ({field}=?" in plan(store, query)


def test_what_began_elsewhen_is_passed_over_in_blocks(store: SqliteStore) -> None:
    query = lists.latest("operation", {"since": FLAGS["since"], "until": FLAGS["until"]}, lists.Page(20))
    assert "span.latest >= ?" in query.sql
    assert "span.earliest < ?" in query.sql
    assert "document_all (kind=? AND position>? AND position<?)" in plan(store, query)


def test_a_field_without_a_column_is_refused_by_name(store: SqliteStore) -> None:
    with pytest.raises(ValueError, match="'colour', only by run, number"):
        store.latest("run", {"colour": "red"})
