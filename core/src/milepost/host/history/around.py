"""A store around another one: what it does not do in its own way, the inner one does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from milepost.sdk.store import Document, HistoryStore


class Around:
    """The methods of a HistoryStore that are passed on as they are."""

    def __init__(self, inner: HistoryStore) -> None:
        self.inner = inner

    @property
    def id(self) -> str:
        """The id of the store."""
        return self.inner.id

    @property
    def place(self) -> str:
        """Where the store is."""
        return self.inner.place

    @property
    def lease_seconds(self) -> float | None:
        """How long a lock that is not renewed lasts."""
        return self.inner.lease_seconds

    def admit(self, documents: Iterable[Document], *, older: bool = False) -> int:
        """Add documents as they are."""
        return self.inner.admit(documents, older=older)

    def remove(self, ids: Sequence[str]) -> None:
        """Remove documents and their output."""
        self.inner.remove(ids)

    def watch(self, version: int, seconds: float) -> int:
        """Return the version as soon as it is another one."""
        return self.inner.watch(version, seconds)

    def break_lock(self, name: str) -> Document | None:
        """Take the lock away from its holder."""
        return self.inner.break_lock(name)

    def ask_cancel(self, run: str) -> None:
        """Ask the run to end."""
        self.inner.ask_cancel(run)

    def drop_output(self, operations: Sequence[str]) -> None:
        """Remove the output of operations."""
        self.inner.drop_output(operations)

    def check(self) -> list[str]:
        """Return what is damaged."""
        return self.inner.check()

    def facts(self) -> Document:
        """Return what the store knows of itself."""
        return self.inner.facts()
