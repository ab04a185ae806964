"""A SQLite file that several processes share: opened, made once, written in whole transactions, its errors told."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from milepost.host.history.lock import alone
from milepost.host.history.trouble import told
from milepost.sdk.errors import HistoryError, NewerHistoryError

APPLICATION = 0x4D507374
"""Stands in the head of each of our files, so that another program's database is never taken for one."""

BUSY_SECONDS = 30.0
"""How long to wait while another process writes; a write takes a millisecond."""

READ_ONLY_CODES = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)


class Shape(NamedTuple):
    """What a file holds: its tables, and the version of them."""

    schema: int
    statements: tuple[str, ...]
    steps: tuple[Callable[[sqlite3.Connection], None], ...] = ()
    """What brings a file of an older version up: the first one from 1 to 2. Each runs in one transaction with all."""


class Database:
    """An open file. It may be used from several threads: one at a time is let in."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
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


Fill = Callable[[sqlite3.Connection], None]
"""Writes the first rows of a new file, in the transaction that makes it."""


def open_to_write(path: Path, shape: Shape, fill: Fill) -> Database:
    """Return the file, made whole if it was not there. Its folder is made for its owner alone.

    Raises HistoryError, NewerHistoryError.
    """
    with told(path):
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        connection = _connect(path, "mode=rwc")
        try:
            if not _is_made(connection, path, shape):
                _make(connection, path, shape, fill)
        except BaseException:
            connection.close()
            raise
    return Database(connection, path)


def open_to_read(path: Path, shape: Shape) -> Database | None:
    """Return the file, or None if there is none; nothing is made or written.

    A file on a read-only medium can be read too. Raises HistoryError, NewerHistoryError.
    """
    with told(path):
        if not _exists(path):
            return None
        connection = _connect_somehow(path)
        try:
            made = _is_made(connection, path, shape)
        except BaseException:
            connection.close()
            raise
    if not made:
        connection.close()
        return None
    return Database(connection, path)


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


def _connect(path: Path, how: str) -> sqlite3.Connection:
    """Open the file with the settings that make each commit durable."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        if sys.platform == "darwin":
            # There fsync alone leaves the bytes in the drive's own memory.
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute("PRAGMA checkpoint_fullfsync = ON")
        connection.execute("PRAGMA user_version")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_somehow(path: Path) -> sqlite3.Connection:
    """Open the file for a reader: as usual, or, where nothing may be written beside it, as one that cannot change."""
    try:
        return _connect(path, "mode=rw")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in READ_ONLY_CODES or _is_unfinished(path):
            raise
    return _connect(path, "mode=ro&immutable=1")


def _is_unfinished(path: Path) -> bool:
    """Return whether documents lie in the write-ahead log only, where a reader without it would miss them."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _is_made(connection: sqlite3.Connection, path: Path, shape: Shape) -> bool:
    """Return whether the file has its tables. Raises what is wrong if it is not ours."""
    application, version, tables = _seen(connection)
    if application == APPLICATION:
        if version > shape.schema:
            raise NewerHistoryError(str(path), version, shape.schema)
        return True
    if application or version or tables:
        raise HistoryError(
            f"{path} is a database of another program, not a history",
            hint="move it away, or name another folder by MILEPOST_HISTORY",
        )
    return False


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
        if not _is_made(connection, path, shape):
            connection.execute("PRAGMA journal_mode = WAL")
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
