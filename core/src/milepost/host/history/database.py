"""A SQLite file that several processes share: opened, made once, written in whole transactions, its errors told."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from milepost.host.history import medium
from milepost.host.history.lock import alone
from milepost.host.history.medium import Reading
from milepost.host.history.migration import Step, bring_up
from milepost.host.history.trouble import told
from milepost.sdk.errors import HistoryError, NewerHistoryError

APPLICATION = 0x4D507374
"""Stands in the head of each of our files, so that another program's database is never taken for one."""


class Shape(NamedTuple):
    """What a file holds: its tables, and the version of them."""

    schema: int
    statements: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    """What brings a file of an older version up: the first one from 1 to 2. Each runs in one transaction with all."""


class Database:
    """An open file. It may be used from several threads: one at a time is let in."""

    def __init__(self, connection: sqlite3.Connection, path: Path, leave: Callable[[], None] = lambda: None) -> None:
        self.path, self._leave = path, leave
        self._connection = connection
        self._guard = threading.RLock()

    def read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that the query finds."""
        with self._guard, told(self.path):
            return self._connection.execute(query, values).fetchall()

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a long answer without having all of them in memory."""
        with self._guard, told(self.path):
            yield from self._connection.execute(query)

    def see(self, look: Callable[[sqlite3.Connection], None]) -> None:
        """Look at the file by several queries of one's own; what is found may change between them."""
        with self._guard, told(self.path):
            look(self._connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write all that is executed in the context, durably at its end, or nothing if it is left by an error."""
        with self._guard, told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk makes SQLite roll back by itself.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file; closing twice is no error."""
        with self._guard:
            self._connection.close()
            self._leave()


Fill = Callable[[sqlite3.Connection], None]
"""Writes the first rows of a new file, in the transaction that makes it."""


def open_to_write(path: Path, shape: Shape, fill: Fill) -> Database:
    """Return the file, made whole if it was not there, brought up if it was older. A new folder is its owner's alone.

    Raises HistoryError, NewerHistoryError.
    """
    with told(path):
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        medium.refuse_network(path)
        connection = medium.connect(path, "mode=rwc")
        try:
            version = _version(connection, path, shape)
            medium.use_log(connection, path)
            if not version:
                _make(connection, path, shape, fill)
            if 0 < version < shape.schema:
                bring_up(connection, path, shape.steps)
        except BaseException:
            connection.close()
            raise
    return Database(connection, path)


def open_to_read(path: Path, shape: Shape) -> Database | None:
    """Return the file, or None if there is none; nothing is made, and written only where it must be brought up.

    A file on a read-only medium can be read too. Raises HistoryError, NewerHistoryError.
    """
    with told(path):
        if not _exists(path):
            return None
        reading = medium.connect_to_read(path)
        try:
            version = _version(reading.connection, path, shape)
            if 0 < version < shape.schema:
                reading = _brought_up(reading, path, shape)
        except BaseException:
            _close(reading)
            raise
    if not version:
        _close(reading)
        return None
    return Database(reading.connection, path, reading.leave)


def _brought_up(reading: Reading, path: Path, shape: Shape) -> Reading:
    """Bring an older file up, or a copy of it where nothing may be written."""
    if not reading.is_copy and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        bring_up(reading.connection, path, shape.steps)
        return reading
    if not reading.is_copy:
        _close(reading)
        reading = medium.copied(path)
    (here,) = [Path(file) for _, name, file in reading.connection.execute("PRAGMA database_list") if name == "main"]
    bring_up(reading.connection, here, shape.steps, keep=False)
    return reading


def _close(reading: Reading) -> None:
    """Close a connection to read by and leave nothing of it."""
    reading.connection.close()
    reading.leave()


def empty(path: Path, shape: Shape, fill: Fill) -> Database:
    """Return a database with no documents that refuses every write and is nowhere on the disk."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _create(connection, shape, fill)
    connection.execute("PRAGMA query_only = ON")
    return Database(connection, path)


def _exists(path: Path) -> bool:
    """Return whether something has that name; a folder that may not be looked into is an error."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _version(connection: sqlite3.Connection, path: Path, shape: Shape) -> int:
    """Return the version of the file's tables, 0 if it has none. Raises what is wrong if it is not ours."""
    application, version, tables = _seen(connection)
    if application == APPLICATION:
        if version > shape.schema:
            raise NewerHistoryError(str(path), version, shape.schema)
        return version
    if application or version or tables:
        raise HistoryError(
            f"{path} is a database of another program, not a history",
            hint="move it away, or name another folder by MILEPOST_HISTORY",
        )
    return 0


def _seen(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Return whose file it is, of which version, and how many tables it has, all at one instant."""
    # Another process may make the file at this moment: half of the answers from before that would be somebody else's.
    connection.execute("BEGIN")
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return application, version, tables


def _make(connection: sqlite3.Connection, path: Path, shape: Shape, fill: Fill) -> None:
    """Make the tables, unless another process has done so in the meantime."""
    with alone(path.with_name(path.name + ".lock")):
        if not _version(connection, path, shape):
            _create(connection, shape, fill)


def _create(connection: sqlite3.Connection, shape: Shape, fill: Fill) -> None:
    """Make the tables and the first rows in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in shape.statements:
            connection.execute(statement)
        fill(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {shape.schema}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
