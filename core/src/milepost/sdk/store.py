"""The protocol of a history store: JSON documents in order, locks, requests to cancel, and output.

Nothing but the standard library is imported here: lists must be quick.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

Document = dict[str, Any]
"""A run or an operation as JSON values; it has at least `id` and `kind`."""


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
    """The line without its end, secrets masked."""


class Lock(Protocol):
    """A named lock of the store, held by at most one run."""

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
        """Give it back."""
        ...


class HistoryStore(Protocol):
    """Where a project's history lies. Whatever returns has been made durable."""

    @property
    def id(self) -> str:
        """The id of this store, made once."""
        ...

    @property
    def place(self) -> str:
        """Where it is, for people."""
        ...

    def append(self, document: Document) -> int:
        """Add a document and return its number: a new one for a run, the run's own for an operation.

        A document whose id is there already changes nothing and returns the number it has.
        """
        ...

    def amend(self, documents: Sequence[Document]) -> None:
        """Replace documents that were appended before, all or none of them."""
        ...

    def get(self, id: str) -> Document | None:
        """Return the document with that id."""
        ...

    def ending_with(self, kind: str, tail: str) -> list[Document]:
        """Return the documents of a kind whose id ends with `tail`, at most ten."""
        ...

    def latest(
        self,
        kind: str,
        where: Mapping[str, str | int | Sequence[str]],
        limit: int | None = None,
        before: str | None = None,
    ) -> list[Document]:
        """Return documents, newest first, whose indexed fields equal the given values or are one of them.

        Indexed: `run`, `number`, `workspace`, `app`, `stage`, `status`, `verb`, `target`, `presence`. `before` is the
        id of the last one of the page before.
        """
        ...

    def version(self) -> int:
        """Return a number that grows with each change, by whomever: equal means nothing has happened."""
        ...

    def lock(self, name: str) -> Lock:
        """Return the lock of that name, not taken."""
        ...

    def locks(self) -> dict[str, Document]:
        """Return who holds which lock."""
        ...

    def ask_cancel(self, run: str) -> None:
        """Ask the run, wherever it is carried out, to end."""
        ...

    def cancel_asked(self, run: str) -> bool:
        """Return whether somebody asked the run to end."""
        ...

    def write_output(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Add lines to the operation's output."""
        ...

    def read_output(self, operation: str, after: int = 0) -> list[OutputLine]:
        """Return the lines whose number is greater than `after`."""
        ...

    def close(self) -> None:
        """Let go of all that is open."""
        ...
