"""The documents of a store in its database: added, replaced, removed and found."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice

from milepost.host.history import columns, epochs, lists, numbering, schema
from milepost.host.history.database import Database
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document, Lease, Where

BATCH = 500
"""How many documents are admitted in one transaction, so that others may write in between."""


class Documents:
    """The documents of one file. What is written is written under `fence`: the locks that must be held still."""

    def __init__(self, database: Database, place: str) -> None:
        self._database, self._place = database, place
        self.fence: tuple[Lease, ...] = ()

    def append(self, document: Document) -> int:
        """Add a document and return its number. Raises HistoryError for an operation of an unknown run."""
        with self._database.writing() as connection:
            epochs.check(connection, self.fence)
            number, new = numbering.numbered(connection, document)
            if new is not None:
                schema.put(connection, new)
                numbering.count(connection, new)
        return number

    def amend(self, documents: Sequence[Document]) -> None:
        """Replace documents, all or none. Raises HistoryError for one that was never appended."""
        if not documents:
            return
        with self._database.writing() as connection:
            epochs.check(connection, self.fence)
            for document in documents:
                self._replace(connection, document)
            epochs.note_change(connection)

    def _replace(self, connection: sqlite3.Connection, document: Document) -> None:
        """Replace one document; what the store gave it stays."""
        known = connection.execute(
            "SELECT position, number, sequence, body FROM document WHERE id = ?", (document["id"],)
        ).fetchone()
        if known is None:
            raise HistoryError(
                f"there is no document {document['id']!r} in the history at {self._place}, so it cannot be changed",
                hint="milepost history",
            )
        position, number, sequence, body = known
        given = {"number": number} if sequence is None else {"number": number, "sequence": sequence}
        new = {**document, **given}
        connection.execute(columns.UPDATE, (*columns.row(new), position))
        schema.relabel(connection, json.loads(body), new, position)
        schema.widen(connection, position, columns.moment(new.get("started")))

    def admit(self, documents: Iterable[Document], *, older: bool = False) -> int:
        """Add documents as they are, behind or before all others; return how many were not there yet."""
        rest, added = iter(documents), 0
        while batch := list(islice(rest, BATCH)):
            with self._database.writing() as connection:
                new = sum(_admitted(connection, each, older=older) for each in batch)
                if new:
                    epochs.note_change(connection)
            added += new
        return added

    def remove(self, ids: Sequence[str]) -> None:
        """Remove documents, all or none; what is not there is no error."""
        with self._database.writing() as connection:
            epochs.check(connection, self.fence)
            for each in ids:
                found = connection.execute("SELECT position, body FROM document WHERE id = ?", (each,)).fetchone()
                if found is not None:
                    schema.forget(connection, *found)
            epochs.note_change(connection)

    def get(self, id: str) -> Document | None:
        """Return the document with that id."""
        found = self._found("SELECT body FROM document WHERE id = ?", (columns.storable(id),))
        return found[0] if found else None

    def ending_with(self, kind: str, tail: str) -> list[Document]:
        """Return the newest ten documents of a kind whose id ends with `tail`."""
        # The inner query reads ids only, from the index that makes them unique.
        return self._found(
            "SELECT body FROM document WHERE kind = ? AND position IN "
            "(SELECT position FROM document WHERE substr(id, -length(?)) = ?) ORDER BY position DESC LIMIT 10",
            (kind, columns.storable(tail), columns.storable(tail)),
        )

    def latest(self, kind: str, where: Where, page: lists.Page) -> list[Document]:
        """Return the documents for which the conditions hold, in order. Raises ValueError for an unknown condition."""
        wanted = {name: value for name, value in where.items() if name != "label" or value}
        if any(not isinstance(value, int) and not value for value in wanted.values()):
            return []  # none of no values
        query = lists.latest(kind, wanted, page)
        return self._found(query.sql, query.values)

    def _found(self, sql: str, values: Sequence[str | int]) -> list[Document]:
        """Return the documents whose bodies the query finds."""
        bodies = [body for (body,) in self._database.read(sql, values)]
        try:
            return [json.loads(body) for body in bodies]
        except (TypeError, ValueError) as error:
            raise HistoryError(
                f"the history at {self._place} is damaged: a document is no JSON ({error})",
                hint="milepost store verify",
            ) from error


def _admitted(connection: sqlite3.Connection, document: Document, *, older: bool) -> bool:
    """Add one document as it is, and return whether it was not there yet."""
    if connection.execute("SELECT 1 FROM document WHERE id = ?", (document["id"],)).fetchone():
        return False
    schema.put(connection, document, _place_before_all(connection) if older else None)
    if document.get("store") is None:
        numbering.reserve(connection, document)
    return True


def _place_before_all(connection: sqlite3.Connection) -> int | None:
    """Return a place before all others; None where there are none."""
    (first,) = connection.execute("SELECT min(position) FROM document").fetchone()
    return None if first is None else int(first) - 1
