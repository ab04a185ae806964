"""The history of a project in a folder: documents in SQLite, output beside them, locks of the system."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypedDict, Unpack

from milepost.host.history import lists, lock
from milepost.host.history.database import Database, empty, open_to_read, open_to_write
from milepost.host.history.output import OutputLog
from milepost.sdk.errors import ForeignHistoryError, HistoryError
from milepost.sdk.store import Document, Lock, OutputLine

FILE = "history.sqlite"
LOCKS = "locks"


class Opening(TypedDict, total=False):
    """How to open a store, where the usual is not wanted."""

    create: bool
    """Make it if it is not there; the usual. Without, one that is not there reads as an empty one."""
    adopt: bool
    """Take it over from another project of the same name."""
    formerly: str
    """An origin that the project had before: a folder that has become a repository is still the same project."""


class SqliteStore:
    """A HistoryStore for the processes of one machine. It may be used from several threads."""

    def __init__(self, folder: Path, database: Database, now: Callable[[], datetime]) -> None:
        self._folder, self._database, self._now = folder, database, now
        self._output = OutputLog(folder)
        self._facts = dict(database.read("SELECT name, value FROM fact"))

    @classmethod
    def open(
        cls,
        folder: Path,
        project: str,
        origin: str,
        *,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
        **how: Unpack[Opening],
    ) -> SqliteStore:
        """Return the project's store in that folder.

        Raises ForeignHistoryError when it is that of another project, NewerHistoryError when a newer
        milepost made it, HistoryError when it cannot be opened.
        """
        path = folder / FILE
        if how.get("create", True):
            database = open_to_write(path, lists.SHAPE, _filled(new_id(), project, origin, now()))
        else:
            missing = _filled("", project, origin, now())
            database = open_to_read(path, lists.SHAPE) or empty(path, lists.SHAPE, missing)
        try:
            store = cls(folder, database, now)
            store._claim(project, origin, how)
        except BaseException:
            database.close()
            raise
        return store

    def _claim(self, project: str, origin: str, how: Opening) -> None:
        """See that the store is the project's own, or take it over."""
        found, of = self._facts["origin"], self._facts["project"]
        if (found, of) == (origin, project):
            return
        if not how.get("adopt") and of != project:
            raise HistoryError(
                f"the history at {self.place} is that of the project {of!r}, not of {project!r}",
                hint="name another folder by MILEPOST_HISTORY, or run milepost store adopt if the project was renamed",
            )
        if not how.get("adopt") and found != how.get("formerly"):
            raise ForeignHistoryError(project, origin, found, self.place)
        if how.get("create", True) or how.get("adopt"):
            with self._database.writing() as connection:
                connection.executemany(
                    "UPDATE fact SET value = ? WHERE name = ?", [(origin, "origin"), (project, "project")]
                )
                _count(connection, "version")

    @property
    def id(self) -> str:
        """The id of this store, made once; empty while there is no store yet."""
        return str(self._facts["id"])

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._folder)

    def append(self, document: Document) -> int:
        """Add a document and return its number. Raises HistoryError for an operation of an unknown run."""
        with self._database.writing() as connection:
            known = connection.execute("SELECT number FROM document WHERE id = ?", (document["id"],)).fetchone()
            if known:
                return int(known[0])
            number = _number(connection, document)
            numbered = {**document, "number": number}
            connection.execute(
                f"INSERT INTO document (id, kind, {', '.join(lists.FIELDS)}, body) "  # noqa: S608  names of our own
                f"VALUES (?, ?{', ?' * len(lists.FIELDS)}, ?)",
                (document["id"], document["kind"], *_columns(numbered)),
            )
            _count(connection, "version")
        return number

    def amend(self, documents: Sequence[Document]) -> None:
        """Replace documents, all or none. Raises HistoryError for one that was never appended."""
        if not documents:
            return
        with self._database.writing() as connection:
            for document in documents:
                self._replace(connection, document)
            _count(connection, "version")

    def _replace(self, connection: sqlite3.Connection, document: Document) -> None:
        """Replace one document; its number stays as the store gave it."""
        known = connection.execute("SELECT number FROM document WHERE id = ?", (document["id"],)).fetchone()
        if known is None:
            raise HistoryError(
                f"there is no document {document['id']!r} in the history at {self.place}, so it cannot be changed",
                hint="milepost history",
            )
        connection.execute(
            f"UPDATE document SET {', '.join(f'{name} = ?' for name in lists.FIELDS)}, body = ? "  # noqa: S608  names of our own
            "WHERE id = ?",
            (*_columns({**document, "number": known[0]}), document["id"]),
        )

    def get(self, id: str) -> Document | None:
        """Return the document with that id."""
        found = self._documents("SELECT body FROM document WHERE id = ?", (id,))
        return found[0] if found else None

    def ending_with(self, kind: str, tail: str) -> list[Document]:
        """Return the newest ten documents of a kind whose id ends with `tail`."""
        # The inner query reads ids only, from the index that makes them unique.
        return self._documents(
            "SELECT body FROM document WHERE kind = ? AND position IN "
            "(SELECT position FROM document WHERE substr(id, -length(?)) = ?) ORDER BY position DESC LIMIT 10",
            (kind, tail, tail),
        )

    def latest(
        self,
        kind: str,
        where: Mapping[str, str | int | Sequence[str]],
        limit: int | None = None,
        before: str | None = None,
    ) -> list[Document]:
        """Return documents, newest first. `presence` is indexed too. Raises ValueError for another field."""
        query = lists.latest(kind, where, limit, before)
        if any(not isinstance(value, int) and not value for value in where.values()):
            return []  # none of no values
        return self._documents(query.sql, query.values)

    def _documents(self, sql: str, values: Sequence[str | int]) -> list[Document]:
        """Return the documents whose bodies the query finds."""
        return [json.loads(body) for (body,) in self._database.read(sql, values)]

    def version(self) -> int:
        """Return a number that grows with each document, change, wish to cancel and line of output; not with locks."""
        return int(self._database.read("SELECT value FROM fact WHERE name = 'version'")[0][0]) + self._output.version()

    def lock(self, name: str) -> Lock:
        """Return the lock of that name, not taken."""
        return lock.lock_named(self._folder / LOCKS, name)

    def locks(self) -> dict[str, Document]:
        """Return who holds which lock."""
        return lock.held(self._folder / LOCKS)

    def ask_cancel(self, run: str) -> None:
        """Ask the run, wherever it is carried out, to end."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO cancel VALUES (?, ?)", (run, self._now().isoformat()))
            _count(connection, "version")

    def cancel_asked(self, run: str) -> bool:
        """Return whether somebody asked the run to end."""
        return bool(self._database.read("SELECT 1 FROM cancel WHERE run = ?", (run,)))

    def write_output(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Add lines to the operation's output; a line whose number is there already is left as it is."""
        self._output.write(operation, lines)

    def read_output(self, operation: str, after: int = 0) -> list[OutputLine]:
        """Return the lines whose number is greater than `after`."""
        return self._output.read(operation, after)

    def close(self) -> None:
        """Let go of all that is open; locks stay with those who hold them."""
        self._output.close()
        self._database.close()


def _filled(id: str, project: str, origin: str, made: datetime) -> Callable[[sqlite3.Connection], None]:
    """Return what writes the facts of a new store."""
    facts = {"id": id, "project": project, "origin": origin, "made": made.isoformat(), "number": 0, "version": 0}

    def fill(connection: sqlite3.Connection) -> None:
        connection.executemany("INSERT INTO fact VALUES (?, ?)", facts.items())

    return fill


def _count(connection: sqlite3.Connection, name: str) -> int:
    """Raise one of the store's counters by one and return it."""
    connection.execute("UPDATE fact SET value = value + 1 WHERE name = ?", (name,))
    return int(connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()[0])


def _number(connection: sqlite3.Connection, document: Document) -> int:
    """Return the number of a new document: the next one for a run, the run's own for an operation."""
    if document["kind"] == "run":
        return _count(connection, "number")
    run = connection.execute("SELECT number FROM document WHERE id = ?", (document.get("run"),)).fetchone()
    if run is None:
        raise HistoryError(
            f"the operation {document['id']!r} belongs to the run {document.get('run')!r}, "
            "which was not recorded before it"
        )
    return int(run[0])


def _columns(document: Document) -> tuple[str | int | None, ...]:
    """Return the values of the indexed columns, then the whole document as JSON."""
    body = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return (*(document.get(name) for name in lists.FIELDS), body)
