"""The output of operations: append-only, by operation, in a database file beside that of the documents.

A file of its own, so that a chatty build neither makes the documents' file large nor holds up those who write
documents. A database and not a text file per operation, because a full disk or a torn write then leaves no
half line behind, `logs -f` goes on from a line number without reading what it has read, and a hundred
thousand operations are not as many files. Lines lie in blocks, which are packed when the operation has ended.
"""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from pathlib import Path

from milepost.host.history import passage
from milepost.host.history.database import Database, Shape, open_to_read, open_to_write
from milepost.host.history.passage import Block, Passage
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import OutputLine

FILE = "output.sqlite"

WORTH_PACKING = 4096
"""The bytes below which an operation's output is left as it is."""

LARGE = 16 * 1024
"""The bytes from which on a block is packed when it is written; smaller ones wait for others."""

INSERT = "INSERT INTO block (operation, first, last, packed, body) VALUES (?, ?, ?, ?, ?)"


def to_2(connection: sqlite3.Connection) -> None:
    """Bring a file with a row for each line up to one with blocks of lines."""
    for statement in TABLES:
        connection.execute(statement)
    operations = connection.execute("SELECT operation FROM output GROUP BY operation ORDER BY max(position)")
    for (operation,) in operations.fetchall():
        rows = connection.execute(
            "SELECT number, at, source, stream, text FROM output WHERE operation = ? ORDER BY number", (operation,)
        )
        blocks = passage.blocks_of(passage.passages_of(OutputLine(*row) for row in rows))
        connection.executemany(INSERT, [_row(operation, each) for each in blocks])
    # Who compares versions must see that the file has changed.
    connection.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, (SELECT coalesce(max(position), 0) FROM output)) + 1 "
        "WHERE name = 'block'"
    )
    connection.execute("DROP TABLE output")


TABLES = (
    # A position is never given again, so that the last one says whether anything was added.
    """CREATE TABLE block (
        position INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL, packed INTEGER NOT NULL, body BLOB NOT NULL)""",
    "CREATE INDEX block_line ON block (operation, last)",
)

SHAPE = Shape(schema=2, statements=TABLES, steps=(to_2,))


class OutputLog:
    """The output of all operations of a store. The file is opened when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._opened: Database | None = None
        self._guard = threading.Lock()

    def write(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Add lines, durably. A line whose number is there already is taken for the same line."""
        passages = passage.passages_of(lines)
        if not passages:
            return
        rows = [_row(operation, each) for each in passage.blocks_of(passages)]
        with self._to_write().writing() as connection:
            (last,) = connection.execute("SELECT max(last) FROM block WHERE operation = ?", (operation,)).fetchone()
            if last is not None and last >= passages[0].first:
                rows = [_row(operation, each) for each in _without_known(connection, operation, passages)]
            connection.executemany(INSERT, rows)

    def read(self, operation: str, after: int) -> list[OutputLine]:
        """Return the lines of the operation whose number is greater, in order."""
        database = self._to_read()
        if database is None:
            return []
        rows = database.read(
            "SELECT packed, body FROM block WHERE operation = ? AND last > ? ORDER BY last", (operation, after)
        )
        found = [each for row in rows for each in self._sound(operation, *row)]
        in_order = all(one.first < other.first for one, other in pairwise(found))
        lines = list(chain.from_iterable(each.lines(after) for each in found))
        return lines if in_order else sorted(lines)

    def _sound(self, operation: str, packed: int, body: bytes) -> list[Passage]:
        """Return what stands in a block. Raises HistoryError for one that is damaged."""
        try:
            return _passages(packed, body)
        except (AttributeError, ValueError, TypeError, zlib.error) as error:
            raise HistoryError(
                f"a piece of the output of {operation} in {self.path} is damaged: {error}",
                hint="milepost store repair keeps all that is sound, and the damaged file beside it",
            ) from error

    def seal(self, operation: str) -> None:
        """Pack what the operation has printed, as much as is worth it."""
        database = self._to_read()
        query = "SELECT position, body FROM block WHERE operation = ? AND NOT packed ORDER BY last"
        rows = database.read(query, (operation,)) if database else []
        if sum(len(body) for _, body in rows) < WORTH_PACKING:
            return
        # All that takes time is done before others are kept waiting.
        blocks = passage.blocks_of(each for _, body in rows for each in passage.read(body))
        packed = [(operation, each.first, each.last, True, passage.packed(each.body)) for each in blocks]
        places = [place for place, _ in rows]
        with self._to_write().writing() as connection:
            found = connection.execute("SELECT position FROM block WHERE operation = ? AND NOT packed", (operation,))
            # Another one may have sealed or dropped it at this moment.
            if {place for (place,) in found}.issuperset(places):
                connection.executemany("DELETE FROM block WHERE position = ?", [(place,) for place in places])
                connection.executemany(INSERT, packed)

    def drop(self, operations: Sequence[str]) -> None:
        """Remove the output of these operations."""
        if self._to_read() is not None and operations:
            with self._to_write().writing() as connection:
                connection.executemany("DELETE FROM block WHERE operation = ?", [(each,) for each in operations])

    def version(self) -> int:
        """Return a number that grows with each line."""
        database = self._to_read()
        rows = database.read("SELECT seq FROM sqlite_sequence WHERE name = 'block'") if database else []
        return int(rows[0][0]) if rows else 0

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


def _row(operation: str, block: Block) -> tuple[str, int, int, bool, bytes]:
    """Return the row for a block."""
    large = len(block.body) >= LARGE
    return operation, block.first, block.last, large, passage.packed(block.body) if large else block.body


def _passages(packed: int, body: bytes) -> list[Passage]:
    """Return what stands in a block."""
    return passage.read(passage.unpacked(body) if packed else body)


def _without_known(connection: sqlite3.Connection, operation: str, passages: Sequence[Passage]) -> list[Block]:
    """Return the blocks of those lines whose numbers are not there yet."""
    rows = connection.execute(
        "SELECT packed, body FROM block WHERE operation = ? AND last >= ?", (operation, passages[0].first)
    )
    known = {line.number for row in rows for each in _passages(*row) for line in each.lines()}
    new = [line for each in passages for line in each.lines() if line.number not in known]
    return list(passage.blocks_of(passage.passages_of(new)))
