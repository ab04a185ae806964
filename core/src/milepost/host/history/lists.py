"""How a question for the latest documents becomes SQL, and which index answers it.

The index is named in the query: the order then comes from the index, and a list costs the same however long
the history is. SQLite, left alone, may choose one that has to sort all documents of an app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from milepost.host.history.database import Shape

FIELDS = ("run", "number", "workspace", "app", "stage", "status", "verb", "target", "presence")
"""The fields of documents that stand in columns of their own."""

SHAPE = Shape(
    schema=1,
    statements=(
        "CREATE TABLE fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
        "CREATE TABLE cancel (run TEXT PRIMARY KEY, asked TEXT NOT NULL) WITHOUT ROWID",
        """CREATE TABLE document (
            position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
            run TEXT, number INTEGER, workspace TEXT, app TEXT, stage TEXT, status TEXT,
            verb TEXT, target TEXT, presence TEXT, body TEXT NOT NULL)""",
        # With the position in the middle, the equal rows lie in order, and the fields behind it can be
        # looked at without reading a document.
        "CREATE INDEX document_all ON document (kind, position, workspace, app, stage, status, verb)",
        "CREATE INDEX document_workspace ON document (kind, workspace, position, app, stage, status, verb)",
        "CREATE INDEX document_app ON document (app, workspace, position, stage, status) WHERE app IS NOT NULL",
        "CREATE INDEX document_run ON document (run) WHERE run IS NOT NULL",
        "CREATE INDEX document_number ON document (number)",
        "CREATE INDEX document_target ON document (target) WHERE target IS NOT NULL",
        "CREATE INDEX document_presence ON document (app, workspace, presence) WHERE presence IS NOT NULL",
        "CREATE INDEX document_running ON document (kind) WHERE status = 'running'",
    ),
)

Where = Mapping[str, str | int | Sequence[str]]


class Query(NamedTuple):
    """A statement and the values for its question marks."""

    sql: str
    values: tuple[str | int, ...]


def latest(kind: str, where: Where, limit: int | None, before: str | None) -> Query:
    """Return the query for the bodies of the documents that `HistoryStore.latest` promises."""
    tests, values = ["kind = ?"], [kind, *_values(where)]
    tests += [_test(name, value) for name, value in where.items()]
    if before is not None:
        tests.append("position < (SELECT position FROM document WHERE id = ?)")
        values.append(before)
    sql = (
        f"SELECT body FROM document INDEXED BY {index_for(where)} "  # noqa: S608  the names stand in this file
        f"WHERE {' AND '.join(tests)} ORDER BY position DESC LIMIT ?"
    )
    return Query(sql, (*values, -1 if limit is None else limit))


def index_for(where: Where) -> str:
    """Return the name of the index that answers best: the one that leaves the fewest documents to look at."""
    for name in ("run", "number", "target"):
        if name in where:
            return f"document_{name}"
    if where.get("status") == "running":
        return "document_running"
    one = {name for name, value in where.items() if isinstance(value, str)}
    if {"app", "workspace"} <= one:
        return "document_presence" if "presence" in where else "document_app"
    return "document_workspace" if "workspace" in one else "document_all"


def _test(name: str, value: str | int | Sequence[str]) -> str:
    """Return the condition on one field. Raises ValueError for one that has no column."""
    if name not in FIELDS:
        raise ValueError(f"documents cannot be found by {name!r}, only by {', '.join(FIELDS)}")
    if (name, value) == ("status", "running"):
        return "status = 'running'"  # as text, or SQLite cannot tell that the index of these holds
    if isinstance(value, str | int):
        return f"{name} = ?"
    return f"{name} IN ({', '.join('?' * len(value))})"


def _values(where: Where) -> list[str | int]:
    """Return the values of all conditions in order."""
    values: list[str | int] = []
    for name, value in where.items():
        if (name, value) == ("status", "running"):
            continue
        values += [value] if isinstance(value, str | int) else value
    return values
