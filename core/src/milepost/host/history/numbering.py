"""The numbers that a store gives: to runs, and to the operations of an app and stage; none is ever given twice."""

from __future__ import annotations

import sqlite3

from milepost.host.history.columns import storable
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document

SEEN = (
    "SELECT (SELECT number FROM document WHERE id = ?), (SELECT number FROM document WHERE id = ?), "
    "(SELECT value FROM fact WHERE name = ?)"
)
COUNT = "INSERT INTO fact VALUES (?, 1), ('version', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
RAISE = "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)"


def counter(document: Document) -> str:
    """Return the name of the fact that counts documents like this one."""
    if document["kind"] == "run":
        return "number"
    return storable(f"sequence/{document.get('stage')}/{document.get('app')}")


def numbered(connection: sqlite3.Connection, document: Document) -> tuple[int, Document | None]:
    """Return the number of a document, and the document with all that the store gives it; None if it is there.

    Raises HistoryError for an operation whose run is not there.
    """
    name = counter(document)
    known, of_run, given = connection.execute(SEEN, (document["id"], document.get("run"), name)).fetchone()
    if known is not None:
        return int(known), None
    place = (given or 0) + 1
    if document["kind"] == "run":
        return place, {**document, "number": place}
    if of_run is None:
        raise HistoryError(
            f"the operation {document['id']!r} belongs to the run {document.get('run')!r}, "
            "which was not recorded before it"
        )
    return int(of_run), {**document, "number": of_run, "sequence": place}


def count(connection: sqlite3.Connection, document: Document) -> None:
    """Count a document that was added, and a change of the store."""
    connection.execute(COUNT, (counter(document),))


def reserve(connection: sqlite3.Connection, document: Document) -> None:
    """See that no new document is given a number or a sequence that this one has."""
    place = document.get("number" if document["kind"] == "run" else "sequence")
    if isinstance(place, int):
        connection.execute(RAISE, (counter(document), place))
    if document["kind"] != "run" and isinstance(document.get("number"), int):
        connection.execute(RAISE, ("number", document["number"]))
