"""The tables and indexes of the documents' file, and the steps that bring an older file up to them."""

from __future__ import annotations

import json
import sqlite3

from milepost.host.history import columns, numbering
from milepost.host.history.database import Shape
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document

BLOCK = 1024
"""How many positions share one row of `span`."""

HOUR = 3_600_000_000
"""In microseconds."""

DOCUMENT = """CREATE TABLE document (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    run TEXT, number INTEGER, workspace TEXT, app TEXT, stage TEXT, status TEXT, verb TEXT, target TEXT,
    presence TEXT, "user" TEXT, "commit" TEXT, store TEXT, started INTEGER, sequence INTEGER, body TEXT NOT NULL)"""

TABLES = (
    # The names found by label; in the order of appending.
    "CREATE TABLE label (label TEXT NOT NULL, kind TEXT NOT NULL, position INTEGER NOT NULL, "
    "PRIMARY KEY (label, kind, position)) WITHOUT ROWID",
    # The earliest and latest start among positions that lie together: what began elsewhen is passed over at once.
    "CREATE TABLE span (block INTEGER PRIMARY KEY, earliest INTEGER NOT NULL, latest INTEGER NOT NULL)",
    "CREATE TABLE lock (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, owner TEXT NOT NULL) WITHOUT ROWID",
)

INDEXES = (
    # With the position in the middle, the equal rows lie in order, and the fields behind it can be
    # looked at without reading a document.
    'CREATE INDEX document_all ON document (kind, position, workspace, app, stage, status, verb, "user", started)',
    "CREATE INDEX document_workspace ON document "
    '(kind, workspace, position, app, stage, status, verb, "user", started)',
    "CREATE INDEX document_run ON document (run) WHERE run IS NOT NULL",
    "CREATE INDEX document_number ON document (number) WHERE kind = 'run'",
    "CREATE INDEX document_target ON document (target) WHERE target IS NOT NULL",
    "CREATE INDEX document_presence ON document (presence, workspace, app) WHERE presence IS NOT NULL",
    # What runs, and what failed: few among many, and what people look for.
    "CREATE INDEX document_unsettled ON document "
    '(kind, position, status, workspace, app, stage, verb, "user", started) '
    "WHERE status NOT IN ('success', 'unchanged')",
    'CREATE INDEX document_commit ON document (substr("commit", 1, 4), kind, position) WHERE "commit" IS NOT NULL',
    "CREATE INDEX document_store ON document (store, kind, position) WHERE store IS NOT NULL",
)


def to_2(connection: sqlite3.Connection) -> None:
    """Bring a file of schema 1 up: who, commit, start, labels and sequences can be asked for; locks have epochs."""
    connection.execute("ALTER TABLE document RENAME TO document_1")
    for name in ("all", "workspace", "app", "run", "number", "target", "presence", "running"):
        connection.execute(f"DROP INDEX document_{name}")
    connection.execute(DOCUMENT)
    for statement in TABLES:
        connection.execute(statement)
    connection.execute("INSERT INTO fact VALUES ('epoch', 0)")
    rows = connection.execute("SELECT position, id, body FROM document_1 ORDER BY position")
    given: dict[str, int] = {}
    for position, name, body in rows:
        document = _loaded(name, body)
        if document["kind"] == "operation":
            series = numbering.counter(document)
            document["sequence"] = given[series] = given.get(series, 0) + 1
        put(connection, document, position)
    connection.executemany("INSERT INTO fact VALUES (?, ?)", given.items())
    connection.execute("DROP TABLE document_1")
    for statement in INDEXES:
        connection.execute(statement)


def _loaded(name: str, body: str) -> Document:
    """Return a document that is brought up. Raises HistoryError for one that is damaged."""
    try:
        found = json.loads(body)
    except ValueError as error:
        raise HistoryError(
            "the history cannot be brought up to schema 2, and stays as it is: "
            f"the document {name!r} is no JSON ({error})",
            hint="milepost store repair",
        ) from error
    assert isinstance(found, dict)
    return found


def put(connection: sqlite3.Connection, document: Document, position: int | None = None) -> None:
    """Add a row for a document, with all by which it is found."""
    row = columns.row(document)
    at = int(connection.execute(columns.INSERT, (position, *row)).lastrowid or 0)
    add_labels(connection, columns.labels(document), document["kind"], at)
    widen(connection, at, row[columns.STARTED])


def add_labels(connection: sqlite3.Connection, labels: frozenset[str], kind: str, position: int) -> None:
    """Let the document at that position be found by these labels, too."""
    if labels:
        connection.executemany(
            "INSERT OR IGNORE INTO label VALUES (?, ?, ?)", [(label, kind, position) for label in sorted(labels)]
        )


def widen(connection: sqlite3.Connection, position: int, started: columns.Value) -> None:
    """Count a start among those of its block: by the hour, or each new document would change the block's row."""
    if isinstance(started, int):
        hour = started // HOUR * HOUR
        connection.execute(
            "INSERT INTO span VALUES (?, ?, ?) ON CONFLICT (block) DO UPDATE SET "
            "earliest = min(earliest, excluded.earliest), latest = max(latest, excluded.latest) "
            "WHERE excluded.earliest < earliest OR excluded.latest > latest",
            (position // BLOCK, hour, hour + HOUR),
        )


def relabel(connection: sqlite3.Connection, old: Document, new: Document, position: int) -> None:
    """Let a document that was replaced be found by the labels it has now."""
    before, after = columns.labels(old), columns.labels(new)
    connection.executemany(
        "DELETE FROM label WHERE label = ? AND kind = ? AND position = ?",
        [(label, new["kind"], position) for label in before - after],
    )
    add_labels(connection, after - before, new["kind"], position)


def forget(connection: sqlite3.Connection, position: int, body: str) -> None:
    """Remove the document at that position with all by which it is found."""
    document = json.loads(body)
    connection.executemany(
        "DELETE FROM label WHERE label = ? AND kind = ? AND position = ?",
        [(label, document["kind"], position) for label in columns.labels(document)],
    )
    connection.execute("DELETE FROM cancel WHERE run = ?", (document["id"],))
    connection.execute("DELETE FROM document WHERE position = ?", (position,))


SHAPE = Shape(
    schema=2,
    statements=(
        "CREATE TABLE fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
        "CREATE TABLE cancel (run TEXT PRIMARY KEY, asked TEXT NOT NULL) WITHOUT ROWID",
        DOCUMENT,
        *TABLES,
        *INDEXES,
    ),
    steps=(to_2,),
)
