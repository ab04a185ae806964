"""Waiting until something changes: told by the server, and looked after now and then where a pooler stands between."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import psycopg

from milepost_postgres.link import Connection
from milepost_postgres.project import Project
from milepost_postgres.trouble import explained

LISTENING, POLLING = 1.0, 0.2
"""Seconds between two looks: while the server tells of changes, and once it has been seen that it does not."""

UNTOLD = 2
"""After so many changes that nobody told of, one after the other, there is no telling."""


class Watch:
    """Waits for changes of a project, on a connection of its own, which is made when it is first needed."""

    def __init__(self, project: Project) -> None:
        self._project = project.beside()
        self._link = self._project.link
        self._listens_on: Connection | None = None
        self._untold = 0
        self._guard = threading.Lock()

    def wait(self, version: int, seconds: float) -> int:
        """Return the version as soon as it is not `version` any more, or after that many seconds."""
        end = time.monotonic() + seconds
        # Only one thread can hear what a connection is told; another that waits as long has its turn afterwards.
        if not self._guard.acquire(timeout=max(seconds, 0)):
            return version
        try:
            return self._changed(version, end)
        finally:
            self._guard.release()

    def close(self) -> None:
        """Close the connection."""
        self._link.close()

    def _changed(self, version: int, end: float) -> int:
        """Return the version once it is another one, or at that time."""
        told = True
        while (found := self._version()) == version and (left := end - time.monotonic()) > 0:
            told = self._told(min(left, LISTENING if self._untold < UNTOLD else POLLING))
        if found != version:
            self._untold = 0 if told else self._untold + 1
        return found

    def _version(self) -> int:
        """Return the version as it is, having begun to listen before."""
        connection = self._link.connected()
        if connection is not self._listens_on:
            self._listen(connection)
        rows = self._project.read(VERSION)
        return int(rows[0][0]) if rows else 0

    def _listen(self, connection: Connection) -> None:
        """Let the server tell this connection of changes."""
        channel = self._project.channel().replace('"', '""')
        try:
            connection.execute(f'LISTEN "{channel}"'.encode())
        except psycopg.Error as error:
            self._link.drop()
            raise explained(error, self._link.server) from error
        self._listens_on = connection

    def _told(self, seconds: float) -> bool:
        """Wait until the server tells of a change and return True, or False after that many seconds."""
        try:
            with closing(self._link.connected().notifies(timeout=seconds, stop_after=1)) as told:
                return next(told, None) is not None
        except psycopg.Error as error:
            self._link.drop()
            raise explained(error, self._link.server) from error


VERSION = "SELECT version FROM {s}.project WHERE key = {p}"
