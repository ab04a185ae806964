"""The protocol of a history store: JSON documents in order, locks, requests to cancel, and output.

A store is a role: the hook `milepost_history_store` offers one. Nothing but the standard library is imported here:
lists must be quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

Document = dict[str, Any]
"""A run or an operation as JSON values; it has at least `id` and `kind`."""

Where = Mapping[str, str | int | Sequence[str]]
"""Conditions that must all hold: fields with the value that is wanted, or with several of which one is.

Fields: `run`, `number`, `workspace`, `app`, `stage`, `status`, `verb`, `target`, `presence`, `user`, `commit`, `store`;
and three that are not fields: `since` and `until` (started at that time or later, before that time; UTC, as ISO 8601),
`label` (`NAME=VALUE`; of several, all must be there). `commit` is the first characters of it, 4 or more.
"""

FIELDS = (
    "run",
    "number",
    "workspace",
    "app",
    "stage",
    "status",
    "verb",
    "target",
    "presence",
    "user",
    "commit",
    "store",
)
"""The fields that a store finds documents by; the names of `Where` besides `since`, `until` and `label`."""


class Lease(NamedTuple):
    """One holding of a lock, as somebody else can be told of it."""

    name: str
    """The lock's name."""
    epoch: int
    """Grows with each holding of any lock of the store: an older one has been lost."""


class OutputLine(NamedTuple):
    """A line that was printed during an operation."""

    number: int
    """Its place in the operation's output, from 1."""
    at: str
    """When, in UTC, as ISO 8601."""
    source: str
    """What printed it: `plugin`, `hook before`, `task migrate`."""
    stream: str
    """`stdout`, `stderr` or `say`."""
    text: str
    """The line without its end, secrets masked; colours as they were printed.

    U+0017 stands at its end where the line goes on with the next one of its source and stream.
    """


class Lock(Protocol):
    """A named lock, held by at most one run."""

    @property
    def handle(self) -> int | None:
        """An inheritable file descriptor: a child process that has it holds the lock too. None where there is none."""
        ...

    def acquire(self, owner: Document) -> bool:
        """Take the lock without waiting and write down who has it; False if another has it."""
        ...

    def holder(self) -> Document | None:
        """Return what the one who has it wrote; None if it is free."""
        ...

    def release(self) -> None:
        """Give it back; one that was lost, or is not held, is no error."""
        ...


class StoreLock(Lock, Protocol):
    """A lock of a store: whoever lost it can write nothing more under it."""

    @property
    def lease(self) -> Lease | None:
        """This holding of it; None while it is not held."""
        ...

    def join(self, lease: Lease) -> None:
        """Hold it together with the process that acquired it and handed over the lease, and `handle` where it has one.

        Raises LockLostError when that holding is over.
        """
        ...

    def renew(self) -> None:
        """Say that it is still held. Raises LockLostError when it is not, HistoryUnreachableError."""
        ...


class HistoryStore(Protocol):
    """Where a project's history lies. Whatever returns has been made durable.

    All methods raise HistoryError; a store elsewhere raises HistoryUnreachableError while it cannot be reached, after
    which the same call may be made again. A store may be used from several threads.
    """

    @property
    def id(self) -> str:
        """The id of this store, made once."""
        ...

    @property
    def place(self) -> str:
        """Where it is, for people; no password stands in it."""
        ...

    @property
    def lease_seconds(self) -> float | None:
        """After how long a lock that is not renewed is lost; None where a lock lasts as long as its process."""
        ...

    def append(self, document: Document) -> int:
        """Add a document and return its number: a new one for a run, the run's own for an operation.

        An operation gets a `sequence` too: which of its app's operations of its stage it is, from 1. No number is ever
        given twice, whatever is removed. A document whose id is there already changes nothing and returns the number
        it has. Raises HistoryError for an operation of an unknown run, LockLostError.
        """
        ...

    def amend(self, documents: Sequence[Document]) -> None:
        """Replace documents that were appended before, all or none of them; `number` and `sequence` stay.

        Raises HistoryError for one that was never appended, LockLostError.
        """
        ...

    def admit(self, documents: Iterable[Document], *, older: bool = False) -> int:
        """Add documents as they are, with the numbers they have; return how many were not there yet.

        Those with `store` came from another store of that name, and their numbers are that store's. Those without are
        this store's own: no new run gets a number as low as theirs. In the order of the lists they come after all that
        are there; with `older` each comes before all, the newest of them first, or what is old would pass for new.
        """
        ...

    def remove(self, ids: Sequence[str]) -> None:
        """Remove documents and their output, all or none; what is not there is no error."""
        ...

    def fence(self, leases: Sequence[Lease]) -> None:
        """From now on append, amend and remove nothing unless these are held still: LockLostError instead."""
        ...

    def get(self, id: str) -> Document | None:
        """Return the document with that id."""
        ...

    def ending_with(self, kind: str, tail: str) -> list[Document]:
        """Return the newest ten documents of a kind whose id ends with `tail`."""
        ...

    def latest(
        self, kind: str, where: Where, limit: int | None = None, before: str | None = None, *, oldest: bool = False
    ) -> list[Document]:
        """Return the documents for which the conditions hold, newest first; with `oldest`, oldest first.

        The order is that of appending. `before` is the id of the last one of the page before. Raises ValueError for a
        condition that is not known.
        """
        ...

    def version(self) -> int:
        """Return a number that grows with each change, by whomever: equal means nothing has happened."""
        ...

    def watch(self, version: int, seconds: float) -> int:
        """Return the version as soon as it is not `version` any more, or after that many seconds."""
        ...

    def lock(self, name: str) -> StoreLock:
        """Return the lock of that name, not taken."""
        ...

    def locks(self) -> dict[str, Document]:
        """Return who holds which lock."""
        ...

    def break_lock(self, name: str) -> Document | None:
        """Take the lock away from its holder, whose lease is lost; return what that one wrote, None if it was free."""
        ...

    def ask_cancel(self, run: str) -> None:
        """Ask the run, wherever it is carried out, to end."""
        ...

    def cancel_asked(self, run: str) -> bool:
        """Return whether somebody asked the run to end."""
        ...

    def write_output(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Add lines to the operation's output; one whose number is there already is left as it is."""
        ...

    def read_output(self, operation: str, after: int = 0) -> list[OutputLine]:
        """Return the lines whose number is greater than `after`."""
        ...

    def seal_output(self, operation: str) -> None:
        """Say that no more will be printed: what is there may be packed. More lines are no error."""
        ...

    def drop_output(self, operations: Sequence[str]) -> None:
        """Remove the output of operations whose documents stay."""
        ...

    def check(self) -> list[str]:
        """Return what is damaged, a sentence each; nothing when all is sound."""
        ...

    def facts(self) -> Document:
        """Return what the store knows of itself: `id`, `project`, `origin`, `made`, `schema`, `size` in bytes."""
        ...

    def close(self) -> None:
        """Let go of all that is open; locks that are held are released unless another process holds them, too."""
        ...


@runtime_checkable
class BacksUp(Protocol):
    """A store that can be copied whole while others write to it."""

    def backup(self, target: str) -> None:
        """Copy it to a new file or folder of that path. Raises HistoryError when something is there."""
        ...


class Opening(NamedTuple):
    """What a store is told when it is opened."""

    project: str
    """The project's name."""
    origin: str
    """What is the same for all clones of the project, and tells it from its namesakes."""
    formerly: str
    """An origin that it had before: a folder that has become a repository is still the same project."""
    new_id: Callable[[], str]
    """Makes a new id that sorts after those made before: the store's own is one."""
    now: Callable[[], datetime]
    """Tells the time, with its zone."""
    create: bool = True
    """Make it if it is not there. Without, one that is not there reads as an empty one and is not made."""
    adopt: bool = False
    """Take it over from another project of the same name."""
