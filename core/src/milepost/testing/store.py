"""A history store in memory: what the real one promises, for as long as it lives."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document, Lease, OutputLine, Where
from milepost.testing.conditions import condition
from milepost.testing.holdings import Holdings, MemoryLock

GIVEN = ("number", "sequence")
"""What the store gives a document, and nobody changes."""


class MemoryStore:
    """Implements `milepost.sdk.store.HistoryStore`; threads may share it, processes may not.

    With `lease_seconds`, its locks are lost when they are not renewed, as those of a store elsewhere are.
    """

    def __init__(
        self,
        id: str = "01TESTSTORE",
        lease_seconds: float | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = id
        self.lease_seconds = lease_seconds
        self.place = "memory"
        # As text, so that nobody holds a piece of what is stored.
        self._documents: dict[str, str] = {}
        self._numbers: dict[tuple[str, ...], int] = {}
        self._version = 0
        self._cancelled: set[str] = set()
        self._output: dict[str, dict[int, OutputLine]] = {}
        self._holdings = Holdings(lease_seconds, monotonic)
        self._fence: tuple[Lease, ...] = ()
        self._guard = threading.RLock()
        self._changed = threading.Condition(self._guard)

    def append(self, document: Document) -> int:
        """Add a document and return its number."""
        with self._guard:
            self._check_fence()
            there = self.get(document["id"])
            if there is None:
                there = {**document, "number": self._number(document), **self._sequence(document)}
                self._keep(there)
            number: int = there["number"]
            return number

    def amend(self, documents: Sequence[Document]) -> None:
        """Replace documents, all or none. Raises HistoryError for one that was never appended."""
        with self._guard:
            self._check_fence()
            old = [self._known(each["id"]) for each in documents]
            for document, before in zip(documents, old, strict=True):
                self._keep({**document, **{name: before[name] for name in GIVEN if name in before}})

    def admit(self, documents: Iterable[Document], *, older: bool = False) -> int:
        """Add documents as they are; return how many were not there yet."""
        with self._guard:
            new = [each for each in documents if self.get(each["id"]) is None]
            for each in new:
                self._keep(each)
                if older:
                    self._documents = {each["id"]: self._documents.pop(each["id"]), **self._documents}
                if each.get("store") is None:
                    self._raise(("run",), each.get("number") or 0)
                    self._raise(_series(each), each.get("sequence") or 0)
            return len(new)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget documents and their output."""
        with self._guard:
            self._check_fence()
            for each in ids:
                self._documents.pop(each, None)
            self.drop_output(ids)

    def fence(self, leases: Sequence[Lease]) -> None:
        """Write from now on only while these are held."""
        self._fence = tuple(leases)

    def get(self, id: str) -> Document | None:
        """Return the document with that id."""
        with self._guard:
            text = self._documents.get(id)
        document: Document | None = None if text is None else json.loads(text)
        return document

    def ending_with(self, kind: str, tail: str) -> list[Document]:
        """Return the newest ten whose id ends so."""
        return [each for each in self.latest(kind, {}) if each["id"].endswith(tail)][:10]

    def latest(
        self, kind: str, where: Where, limit: int | None = None, before: str | None = None, *, oldest: bool = False
    ) -> list[Document]:
        """Return what fits, newest first, or oldest first."""
        tests = [condition(name, wanted) for name, wanted in where.items()]
        with self._guard:
            all_ = [json.loads(text) for text in self._documents.values()]
        ordered = all_ if oldest else all_[::-1]
        if before is not None:
            places = [place for place, each in enumerate(ordered) if each["id"] == before]
            ordered = ordered[places[0] + 1 :] if places else []
        fitting = (each for each in ordered if each["kind"] == kind and all(test(each) for test in tests))
        return list(islice(fitting, limit))

    def version(self) -> int:
        """Return how many changes there were."""
        return self._version

    def watch(self, version: int, seconds: float) -> int:
        """Wait for a change."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, seconds)
            return self._version

    def lock(self, name: str) -> MemoryLock:
        """Return the lock of that name."""
        return MemoryLock(self._holdings, name)

    def locks(self) -> dict[str, Document]:
        """Return who holds which lock."""
        return self._holdings.owners()

    def break_lock(self, name: str) -> Document | None:
        """Take the lock from its holder."""
        return self._holdings.take_away(name)

    def ask_cancel(self, run: str) -> None:
        """Note that the run should end."""
        with self._changed:
            self._cancelled.add(run)
            self._count()

    def cancel_asked(self, run: str) -> bool:
        """Return whether it should."""
        return run in self._cancelled

    def write_output(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Keep lines by their number; one that is there stays as it is."""
        with self._guard:
            kept = self._output.setdefault(operation, {})
            for line in lines:
                kept.setdefault(line.number, line)
            self._count()

    def read_output(self, operation: str, after: int = 0) -> list[OutputLine]:
        """Return the lines after that number."""
        with self._guard:
            kept = self._output.get(operation, {})
            return [kept[number] for number in sorted(kept) if number > after]

    def seal_output(self, operation: str) -> None:
        """Do nothing: there is nothing to pack."""

    def drop_output(self, operations: Sequence[str]) -> None:
        """Forget what these printed."""
        with self._guard:
            for each in operations:
                self._output.pop(each, None)
            self._count()

    def check(self) -> list[str]:
        """Return nothing: memory is sound."""
        return []

    def facts(self) -> Document:
        """Return what it knows of itself."""
        with self._guard:
            size = sum(map(len, self._documents.values()))
        return {"id": self.id, "project": "", "origin": "", "made": "", "schema": 0, "size": size}

    def close(self) -> None:
        """Give all locks back; nothing else is open."""
        for name in self._holdings.owners():
            self._holdings.take_away(name)

    def _number(self, document: Document) -> int:
        """Return the number that a new document gets."""
        if document["kind"] != "run":
            number: int = self._known(document["run"])["number"]
            return number
        return self._next(("run",))

    def _sequence(self, document: Document) -> Document:
        """Return the field `sequence` of a new operation."""
        return {"sequence": self._next(_series(document))} if document["kind"] == "operation" else {}

    def _next(self, series: tuple[str, ...]) -> int:
        """Return the next number of a series."""
        self._raise(series, self._numbers.get(series, 0) + 1)
        return self._numbers[series]

    def _raise(self, series: tuple[str, ...], number: int) -> None:
        """See that no number up to this one is given."""
        self._numbers[series] = max(self._numbers.get(series, 0), number)

    def _known(self, id: str) -> Document:
        """Return a document that must be there."""
        document = self.get(id)
        if document is None:
            raise HistoryError(f"{id} is not in this history")
        return document

    def _keep(self, document: Document) -> None:
        """Write a document; one that is there keeps its place."""
        self._documents[document["id"]] = json.dumps(document, allow_nan=False)
        self._count()

    def _count(self) -> None:
        """Count a change and wake those who watch."""
        self._version += 1
        self._changed.notify_all()

    def _check_fence(self) -> None:
        """Raise LockLostError when something that must be held is not."""
        for lease in self._fence:
            self._holdings.check(lease)


def _series(document: Document) -> tuple[str, ...]:
    """Return which operations an operation is numbered among."""
    return str(document.get("app")), str(document.get("stage"))
