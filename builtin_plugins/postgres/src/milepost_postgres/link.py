"""The connection to the database: made when it is needed, made anew when it was lost, one call at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Sequence
from typing import Any

import psycopg

from milepost.sdk.errors import HistoryError
from milepost_postgres.server import Server
from milepost_postgres.trouble import explained, not_connected

Row = tuple[Any, ...]

ATTEMPTS = 8
"""How often something is done anew that met another transaction; each of ours is a single statement."""

PAUSE = 0.01
"""Seconds before that, times the attempt."""

MET = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected, psycopg.errors.UniqueViolation)
UNPREPARED = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.DuplicatePreparedStatement)
"""What a pooler says that gives each transaction another connection to the server."""


class Connection(psycopg.Connection[Row]):
    """A connection that never waits longer than its limit for the server to say something."""

    limit = 15.0
    """In seconds."""

    def wait(self, gen: Generator[Any, Any, Any], *how: Any, **named: Any) -> Any:
        """Carry on a conversation with the server. Raises OperationalError when nothing comes for that long."""
        return super().wait(_within(gen, self.limit), *how, **named)


class Link:
    """One connection to a database. It may be used from several threads: one at a time is let in."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._connection: Connection | None = None
        self._prepares = True
        self._was_let_in = False
        self._texts: dict[str, bytes] = {}
        self._guard = threading.RLock()
        self._closed = False

    def ask(self, statement: str, *values: Any) -> list[Row]:
        """Carry out one statement, which is one transaction, and return its rows; `{s}` in it is the schema.

        It must be such that it may be carried out twice: when a connection that stood idle turns out to be dead, it
        is made anew. Raises HistoryError and what is below it.
        """
        with self._guard:
            attempt = 1
            while (rows := self._answer(statement, values, attempt)) is None:
                attempt += 1
            return rows

    def connected(self) -> Connection:
        """Return the connection for what needs more than one statement; the caller is alone with it."""
        return self._connected()

    def drop(self) -> None:
        """Close the connection; the next call makes a new one."""
        with self._guard:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def close(self) -> None:
        """Close the connection for good; closing twice is no error."""
        with self._guard:
            self._closed = True
            self.drop()

    def _connected(self) -> Connection:
        """Return the connection, made if need be. Raises HistoryUnreachableError."""
        if self._closed:
            raise HistoryError(f"the history at {self.server.place} has been closed")
        if self._connection is None:
            try:
                self._connection = Connection.connect(self.server.conninfo, autocommit=True)
            except psycopg.Error as error:
                # To find out what may be wrong takes seconds, which a run that has been let in before must not lose.
                told = explained if self._was_let_in else not_connected
                raise told(error, self.server) from error
            self._was_let_in = True
            self._connection.limit = self.server.timeout
            if not self._prepares:
                self._connection.prepare_threshold = None
        return self._connection

    def _answer(self, statement: str, values: Sequence[Any], attempt: int) -> list[Row] | None:
        """Return the rows of a statement; None if it should be tried again."""
        fresh = self._connection is None
        try:
            return self._connected().execute(self._text(statement), values).fetchall()
        except psycopg.Error as error:
            if attempt < ATTEMPTS and self._mended(error, fresh, attempt):
                return None
            raise explained(error, self.server) from error
        except BaseException:
            self.drop()  # an answer may still be on its way
            raise

    def _mended(self, error: psycopg.Error, fresh: bool, attempt: int) -> bool:
        """Do what helps against an error and return whether the same may be tried again."""
        if isinstance(error, MET):
            time.sleep(PAUSE * attempt)
            return True
        if isinstance(error, UNPREPARED) and self._prepares:
            self._prepares = False
            self.drop()
            return True
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            lost = self._connection is not None and self._connection.broken
            self.drop()
            return lost and not fresh and not isinstance(error, Unanswered)
        return False

    def _text(self, statement: str) -> bytes:
        """Return the statement with the name of the schema in it."""
        if statement not in self._texts:
            self._texts[statement] = statement.replace("{s}", self.server.quoted).encode()
        return self._texts[statement]


class Unanswered(psycopg.OperationalError):
    """The server did not answer in time."""


def _within(gen: Generator[Any, Any, Any], seconds: float) -> Generator[Any, Any, Any]:
    """Carry on the conversation `gen` and raise Unanswered when nothing comes for that long."""
    end = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if ready:  # a long answer may take its time, as long as it comes
                end = time.monotonic() + seconds
            elif time.monotonic() >= end:
                raise Unanswered(f"the server did not answer within {seconds:g} s")
            wanted = gen.send(ready)
    except StopIteration as ended:
        return ended.value
