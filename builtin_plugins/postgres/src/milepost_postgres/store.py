"""The history of a project in a PostgreSQL database, for the processes of many machines."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import count, islice
from typing import Any, NamedTuple

from milepost.sdk.errors import HistoryUnreachableError
from milepost.sdk.store import Document, Lease, OutputLine, Where
from milepost_postgres.checking import damages
from milepost_postgres.columns import VALUES, document_of, numbered_row, once, row, storable, text, values
from milepost_postgres.link import Link
from milepost_postgres.lists import Page, impossible, latest
from milepost_postgres.locks import PostgresLock, broken, held
from milepost_postgres.output import Output
from milepost_postgres.project import Project
from milepost_postgres.watching import VERSION, Watch

ADMITTED = 500
"""How many documents are admitted in one transaction."""

FOUND = "body, number, sequence"
FEWEST = 4
"""Characters of an id's end that the index of them takes."""

APPEND = (
    "SELECT {s}.append({p}, %s::text[], %s::bigint[], %s::bigint, %s::bigint"
    f"{', %s' * (len(VALUES) - 3)}, %s::text[], %s, %s)"
)


class Owner(NamedTuple):
    """Whose history it is, as the database knows it."""

    key: int
    """What stands for the project in each table; 0 when it has no history yet."""
    id: str
    project: str
    origin: str
    made: str


class PostgresStore:
    """A HistoryStore for the processes of many machines. It may be used from several threads."""

    def __init__(self, link: Link, owner: Owner, schema: int) -> None:
        self._link, self._owner, self._schema = link, owner, schema
        self._project = Project(link, owner.key)
        self._output, self._watch = Output(self._project), Watch(self._project)
        self._fence: tuple[list[str] | None, list[int] | None] = (None, None)
        self._held: set[PostgresLock] = set()
        # By these the database tells a change that was held up on the way from the one that overtook it.
        self._writer, self._turns = secrets.randbits(62), count(1)

    @property
    def id(self) -> str:
        """The id of this store, made once; empty while there is no history yet."""
        return self._owner.id

    @property
    def place(self) -> str:
        """The URL without the password."""
        return self._link.server.place

    @property
    def lease_seconds(self) -> float:
        """After how long a lock that is not renewed is lost."""
        return self._link.server.lease

    def append(self, document: Document) -> int:
        """Add a document and return its number."""
        return int(self._project.write(APPEND, *self._fence, self._writer, next(self._turns), *values(document)))

    def amend(self, documents: Sequence[Document]) -> None:
        """Replace documents, all or none. Raises HistoryError for one that was never appended."""
        if documents:
            self._project.write(
                "SELECT {s}.amend({p}, %s::text[], %s::bigint[], %s::bigint, %s::bigint, %s::json)::text",
                *(*self._fence, self._writer, next(self._turns), text([row(each) for each in once(documents)])),
            )

    def admit(self, documents: Iterable[Document], *, older: bool = False) -> int:
        """Add documents with the numbers they have, behind or before all; return how many were not there yet."""
        added, rest = 0, iter(documents)
        while some := once(islice(rest, ADMITTED)):
            rows = [numbered_row(place, each) for place, each in enumerate(some)]
            added += int(
                self._project.write(
                    "SELECT {s}.admit({p}, %s::bigint, %s::bigint, %s::json, %s::boolean)",
                    *(self._writer, next(self._turns), text(rows), older),
                )
            )
        return added

    def remove(self, ids: Sequence[str]) -> None:
        """Remove documents and their output, all or none."""
        self._project.write(
            "SELECT {s}.remove({p}, %s::text[], %s::bigint[], %s::text[])::text", *self._fence, [*map(storable, ids)]
        )

    def fence(self, leases: Sequence[Lease]) -> None:
        """From now on append, amend and remove nothing unless these are held still."""
        names, epochs = [storable(each.name) for each in leases], [each.epoch for each in leases]
        self._fence = (names, epochs) if names else (None, None)

    def get(self, id: str) -> Document | None:
        """Return the document with that id."""
        found = self._documents(
            f"SELECT {FOUND} FROM {{s}}.document WHERE project = {{p}} AND id = %s",  # noqa: S608  names of our own
            storable(id),
        )
        return found[0] if found else None

    def ending_with(self, kind: str, tail: str) -> list[Document]:
        """Return the newest ten documents of a kind whose id ends with `tail`."""
        tail = storable(tail)
        indexed = " AND right(id, 4) = %s" if len(tail) >= FEWEST else ""
        return self._documents(
            f"SELECT {FOUND} FROM {{s}}.document WHERE project = {{p}} AND kind = %s AND right(id, %s) = %s{indexed} "  # noqa: S608  names of our own
            f"ORDER BY position {'+ 0 ' if indexed else ''}DESC LIMIT 10",
            *(storable(kind), len(tail), tail, *((tail[-FEWEST:],) if indexed else ())),
        )

    def latest(
        self, kind: str, where: Where, limit: int | None = None, before: str | None = None, *, oldest: bool = False
    ) -> list[Document]:
        """Return the documents for which the conditions hold, newest first; with `oldest`, oldest first."""
        query = latest(kind, where, Page(limit, before, oldest))
        return [] if impossible(where) else self._documents(query.sql, *query.values)

    def version(self) -> int:
        """Return a number that grows with each change of documents, wishes and output; not with locks."""
        rows = self._project.read(VERSION)
        return int(rows[0][0]) if rows else 0

    def watch(self, version: int, seconds: float) -> int:
        """Return the version as soon as it is not `version` any more, or after that many seconds."""
        return self._watch.wait(version, seconds)

    def lock(self, name: str) -> PostgresLock:
        """Return the lock of that name, not taken."""
        return PostgresLock(self._project, name, self._held)

    def locks(self) -> dict[str, Document]:
        """Return who holds which lock."""
        return held(self._project)

    def break_lock(self, name: str) -> Document | None:
        """Take the lock away from its holder; return what that one wrote, None if it was free."""
        return broken(self._project, name)

    def ask_cancel(self, run: str) -> None:
        """Ask the run, wherever it is carried out, to end."""
        self._project.write("SELECT {s}.ask_cancel({p}, %s)::text", storable(run))

    def cancel_asked(self, run: str) -> bool:
        """Return whether somebody asked the run to end."""
        return bool(self._project.read("SELECT 1 FROM {s}.cancel WHERE project = {p} AND run = %s", storable(run)))

    def write_output(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Add lines to the operation's output; one whose number is there already is left as it is."""
        self._output.write(operation, lines)

    def read_output(self, operation: str, after: int = 0) -> list[OutputLine]:
        """Return the lines whose number is greater than `after`."""
        return self._output.read(operation, after)

    def seal_output(self, operation: str) -> None:
        """Compress what was printed; more lines are no error."""
        self._output.seal(operation)

    def drop_output(self, operations: Sequence[str]) -> None:
        """Remove the output of operations whose documents stay."""
        self._output.drop(operations)

    def check(self) -> list[str]:
        """Return what is damaged, a sentence each."""
        return damages(self._project)

    def facts(self) -> Document:
        """Return what the store knows of itself; `size` is that of all projects in the schema."""
        ((size,),) = self._link.ask(
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
            "WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'",
            self._link.server.quoted,
        )
        own = self._owner
        return {
            "id": own.id,
            "project": own.project,
            "origin": own.origin,
            "made": own.made,
            "schema": self._schema,
            "size": size,
        }

    def close(self) -> None:
        """Close the connections, and give up our part in the locks that are held; a database that is away has none."""
        try:
            with suppress(HistoryUnreachableError):  # then they are free when their leases are over
                for lock in tuple(self._held):
                    lock.release()
        finally:
            self._watch.close()
            self._link.close()

    def _documents(self, statement: str, *values: Any) -> list[Document]:
        """Return the documents that a statement finds."""
        return [document_of(*found) for found in self._project.read(statement, *values)]
