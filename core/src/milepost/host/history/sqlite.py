"""The history of a project in a folder: documents in SQLite, output beside them, locks of the system."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from milepost.host.history import epochs
from milepost.host.history.database import Database, empty, open_to_read, open_to_write
from milepost.host.history.documents import Documents
from milepost.host.history.emptied import refuse_emptied
from milepost.host.history.leases import FileStoreLock, Leases
from milepost.host.history.lists import Page
from milepost.host.history.schema import SHAPE
from milepost.sdk.errors import ForeignHistoryError, HistoryError
from milepost.sdk.store import Document, Lease, Opening, OutputLine, Where

if TYPE_CHECKING:
    from milepost.host.history.output import OutputLog

FILE = "history.sqlite"
LOCKS = "locks"
LOOK_AGAIN = 0.05
"""How often one who watches looks, in seconds."""


class SqliteStore:
    """A HistoryStore for the processes of one machine. It may be used from several threads."""

    def __init__(self, folder: Path, database: Database, now: Callable[[], datetime]) -> None:
        self._folder, self._database, self._now = folder, database, now
        self._documents = Documents(database, str(folder))
        self._leases = Leases(folder / LOCKS, database)
        self._opened_output: OutputLog | None = None
        self._guard = threading.Lock()
        self._facts = dict(database.read("SELECT name, value FROM fact"))

    @classmethod
    def open(cls, folder: Path, opening: Opening) -> SqliteStore:
        """Return the project's store in that folder.

        Raises ForeignHistoryError when it is that of another project, NewerHistoryError when a newer
        milepost made it, HistoryError when it cannot be opened.
        """
        path = folder / FILE
        refuse_emptied(path)
        if opening.create:
            database = open_to_write(path, SHAPE, _filled(opening.new_id(), opening))
        else:
            database = open_to_read(path, SHAPE) or empty(path, SHAPE, _filled("", opening))
        try:
            store = cls(folder, database, opening.now)
            store._claim(opening)
        except BaseException:
            database.close()
            raise
        return store

    def _claim(self, opening: Opening) -> None:
        """See that the store is the project's own, or take it over."""
        found, of = self._facts["origin"], self._facts["project"]
        if (found, of) == (opening.origin, opening.project):
            return
        if not opening.adopt and of != opening.project:
            raise HistoryError(
                f"the history at {self.place} is that of the project {of!r}, not of {opening.project!r}",
                hint="name another folder by MILEPOST_HISTORY, or run milepost store adopt if the project was renamed",
            )
        if not opening.adopt and found != opening.formerly:
            raise ForeignHistoryError(opening.project, opening.origin, found, self.place)
        if opening.create or opening.adopt:
            told = [(opening.origin, "origin"), (opening.project, "project")]
            with self._database.writing() as connection:
                connection.executemany("UPDATE fact SET value = ? WHERE name = ?", told)
                epochs.note_change(connection)

    @property
    def _output(self) -> OutputLog:
        """The output of operations, for which lists need not pay."""
        from milepost.host.history.output import OutputLog  # noqa: PLC0415 - as it says

        with self._guard:
            if self._opened_output is None:
                self._opened_output = OutputLog(self._folder)
            return self._opened_output

    @property
    def id(self) -> str:
        """The id of this store, made once; empty while there is no store yet."""
        return str(self._facts["id"])

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._folder)

    @property
    def lease_seconds(self) -> None:
        """None: a lock lasts as long as its process."""
        return

    def append(self, document: Document) -> int:
        """Add a document and return its number. Raises HistoryError for an operation of an unknown run."""
        return self._documents.append(document)

    def amend(self, documents: Sequence[Document]) -> None:
        """Replace documents, all or none. Raises HistoryError for one that was never appended."""
        self._documents.amend(documents)

    def admit(self, documents: Iterable[Document], *, older: bool = False) -> int:
        """Add documents as they are, with the numbers they have; return how many were not there yet."""
        return self._documents.admit(documents, older=older)

    def remove(self, ids: Sequence[str]) -> None:
        """Remove documents, all or none, then their output; what is not there is no error."""
        self._documents.remove(ids)
        self._output.drop(ids)

    def fence(self, leases: Sequence[Lease]) -> None:
        """From now on append, amend and remove nothing unless these are held still."""
        self._documents.fence = tuple(leases)

    def get(self, id: str) -> Document | None:
        """Return the document with that id."""
        return self._documents.get(id)

    def ending_with(self, kind: str, tail: str) -> list[Document]:
        """Return the newest ten documents of a kind whose id ends with `tail`."""
        return self._documents.ending_with(kind, tail)

    def latest(
        self, kind: str, where: Where, limit: int | None = None, before: str | None = None, *, oldest: bool = False
    ) -> list[Document]:
        """Return the documents for which the conditions hold, newest first. Raises ValueError for an unknown one."""
        return self._documents.latest(kind, where, Page(limit, before, oldest))

    def version(self) -> int:
        """Return a number that grows with each document, change, wish to cancel and line of output; not with locks."""
        return int(self._database.read("SELECT value FROM fact WHERE name = 'version'")[0][0]) + self._output.version()

    def watch(self, version: int, seconds: float) -> int:
        """Return the version as soon as it is another, or after that many seconds."""
        end = time.monotonic() + seconds
        while (now := self.version()) == version and (left := end - time.monotonic()) > 0:
            time.sleep(min(LOOK_AGAIN, left))
        return now

    def lock(self, name: str) -> FileStoreLock:
        """Return the lock of that name, not taken."""
        return self._leases.named(name)

    def locks(self) -> dict[str, Document]:
        """Return who holds which lock."""
        return self._leases.held()

    def break_lock(self, name: str) -> Document | None:
        """Take the lock away from its holder; return what that one wrote, None if it was free."""
        return self._leases.take_away(name)

    def ask_cancel(self, run: str) -> None:
        """Ask the run, wherever it is carried out, to end."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO cancel VALUES (?, ?)", (run, self._now().isoformat()))
            epochs.note_change(connection)

    def cancel_asked(self, run: str) -> bool:
        """Return whether somebody asked the run to end."""
        return bool(self._database.read("SELECT 1 FROM cancel WHERE run = ?", (run,)))

    def write_output(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Add lines to the operation's output; a line whose number is there already is left as it is."""
        self._output.write(operation, lines)

    def read_output(self, operation: str, after: int = 0) -> list[OutputLine]:
        """Return the lines whose number is greater than `after`."""
        return self._output.read(operation, after)

    def seal_output(self, operation: str) -> None:
        """Say that no more will be printed."""
        self._output.seal(operation)

    def drop_output(self, operations: Sequence[str]) -> None:
        """Remove the output of operations whose documents stay."""
        self._output.drop(operations)
        with self._database.writing() as connection:
            epochs.note_change(connection)

    def check(self) -> list[str]:
        """Return what is damaged, a sentence each."""
        from milepost.host.history.soundness import check, check_output  # noqa: PLC0415 - lists must not pay for it

        return [*check(self._database), *check_output(self._output.path)]

    def facts(self) -> Document:
        """Return what the store knows of itself."""
        logs = ("", "-wal", "-shm")
        paths = [path.with_name(path.name + end) for path in (self._database.path, self._output.path) for end in logs]
        size = sum(path.stat().st_size for path in paths if path.exists())
        return {name: self._facts[name] for name in ("id", "project", "origin", "made")} | {
            "schema": SHAPE.schema,
            "size": size,
        }

    def backup(self, target: str) -> None:
        """Copy it, documents and output, to a new folder. Raises HistoryError when something is there."""
        from milepost.host.history.copying import copy_folder  # noqa: PLC0415 - lists must not pay for it

        # The documents first: what was printed for one that is in the copy is then in it too.
        copy_folder(self._folder, Path(target), (FILE, self._output.path.name))

    def close(self) -> None:
        """Let go of all that is open; locks are released unless another process holds them, too."""
        self._leases.release()
        if self._opened_output is not None:
            self._opened_output.close()
        self._database.close()


def _filled(id: str, opening: Opening) -> Callable[[sqlite3.Connection], None]:
    """Return what writes the facts of a new store."""
    made = opening.now().isoformat()
    facts = {"id": id, "project": opening.project, "origin": opening.origin, "made": made}
    counters = {"number": 0, "version": 0, "epoch": 0}

    def fill(connection: sqlite3.Connection) -> None:
        connection.executemany("INSERT INTO fact VALUES (?, ?)", [*facts.items(), *counters.items()])

    return fill
