"""The output of operations: append-only, by operation, in a database file beside that of the documents.

A file of its own, so that a chatty build neither makes the documents' file large nor holds up those who write
documents. A database and not a text file per operation, because a full disk or a torn write then leaves no
half line behind, `logs -f` goes on from a line number without reading what it has read, and a hundred
thousand operations are not as many files. Lines come in batches, one transaction each.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from milepost.host.history.database import Database, Shape, open_to_read, open_to_write
from milepost.sdk.store import OutputLine

FILE = "output.sqlite"

SHAPE = Shape(
    schema=1,
    statements=(
        """CREATE TABLE output (
            position INTEGER PRIMARY KEY, operation TEXT NOT NULL, number INTEGER NOT NULL,
            at TEXT NOT NULL, source TEXT NOT NULL, stream TEXT NOT NULL, text TEXT NOT NULL)""",
        "CREATE UNIQUE INDEX output_line ON output (operation, number)",
    ),
)


class OutputLog:
    """The output of all operations of a store. The file is opened when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._opened: Database | None = None
        self._guard = threading.Lock()

    def write(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Add lines, durably. A line whose number is there already is taken for the same line."""
        rows = [(operation, line.number, line.at, line.source, line.stream, _writable(line.text)) for line in lines]
        if not rows:
            return
        with self._to_write().writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO output (operation, number, at, source, stream, text) VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )

    def read(self, operation: str, after: int) -> list[OutputLine]:
        """Return the lines of the operation whose number is greater, in order."""
        database = self._to_read()
        if database is None:
            return []
        rows = database.read(
            "SELECT number, at, source, stream, text FROM output WHERE operation = ? AND number > ? ORDER BY number",
            (operation, after),
        )
        return [OutputLine(*row) for row in rows]

    def version(self) -> int:
        """Return a number that grows with each line."""
        database = self._to_read()
        return 0 if database is None else int(database.read("SELECT coalesce(max(position), 0) FROM output")[0][0])

    def close(self) -> None:
        """Close the file if it was opened."""
        with self._guard:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def _to_write(self) -> Database:
        """Return the file, made if need be."""
        with self._guard:
            if self._opened is None:
                self._opened = open_to_write(self.path, SHAPE, lambda connection: None)
            return self._opened

    def _to_read(self) -> Database | None:
        """Return the file; None if nothing was ever printed."""
        with self._guard:
            if self._opened is None:
                self._opened = open_to_read(self.path, SHAPE)
            return self._opened


def _writable(text: str) -> str:
    """Return the text with lone surrogates, as Python reads bytes that are no UTF-8, spelt out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
