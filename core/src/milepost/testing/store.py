"""A history store in memory: what the real one promises, for as long as it lives."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document, OutputLine


class MemoryStore:
    """Implements `milepost.sdk.store.HistoryStore`; threads may share it, processes may not."""

    def __init__(self, id: str = "01TESTSTORE") -> None:
        self.id = id
        self.place = "memory"
        # As text, so that nobody holds a piece of what is stored.
        self._documents: dict[str, str] = {}
        self._numbers = 0
        self._version = 0
        self._cancelled: set[str] = set()
        self._output: dict[str, dict[int, OutputLine]] = {}
        self._owners: dict[str, tuple[object, Document]] = {}
        self._guard = threading.RLock()

    def append(self, document: Document) -> int:
        """Add a document and return its number."""
        with self._guard:
            there = self.get(document["id"])
            number: int = there["number"] if there else self._number(document)
            if not there:
                self._keep({**document, "number": number})
            return number

    def amend(self, documents: Sequence[Document]) -> None:
        """Replace documents, all or none. Raises HistoryError for one that was never appended."""
        with self._guard:
            numbers = [self._known(each["id"])["number"] for each in documents]
            for document, number in zip(documents, numbers, strict=True):
                self._keep({**document, "number": number})

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
        self,
        kind: str,
        where: Mapping[str, str | int | Sequence[str]],
        limit: int | None = None,
        before: str | None = None,
    ) -> list[Document]:
        """Return what fits, newest first."""
        with self._guard:
            ids = list(self._documents)
        older = ids[: ids.index(before)] if before is not None else ids
        found = (self._known(each) for each in reversed(older))
        return list(islice((each for each in found if each["kind"] == kind and _fits(each, where)), limit))

    def version(self) -> int:
        """Return how many changes there were."""
        return self._version

    def lock(self, name: str) -> MemoryLock:
        """Return the lock of that name."""
        return MemoryLock(self._owners, self._guard, name)

    def locks(self) -> dict[str, Document]:
        """Return who holds which lock."""
        with self._guard:
            return {name: dict(owner) for name, (_, owner) in self._owners.items()}

    def ask_cancel(self, run: str) -> None:
        """Note that the run should end."""
        with self._guard:
            self._cancelled.add(run)
            self._version += 1

    def cancel_asked(self, run: str) -> bool:
        """Return whether it should."""
        return run in self._cancelled

    def write_output(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Keep lines by their number; one that is there stays as it is."""
        with self._guard:
            kept = self._output.setdefault(operation, {})
            for line in lines:
                kept.setdefault(line.number, line)
            self._version += 1

    def read_output(self, operation: str, after: int = 0) -> list[OutputLine]:
        """Return the lines after that number."""
        with self._guard:
            kept = self._output.get(operation, {})
            return [kept[number] for number in sorted(kept) if number > after]

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def _number(self, document: Document) -> int:
        """Return the number that a new document gets."""
        if document["kind"] != "run":
            number: int = self._known(document["run"])["number"]
            return number
        self._numbers += 1
        return self._numbers

    def _known(self, id: str) -> Document:
        """Return a document that must be there."""
        document = self.get(id)
        if document is None:
            raise HistoryError(f"{id} is not in this history")
        return document

    def _keep(self, document: Document) -> None:
        """Write a document; one that is there keeps its place."""
        self._documents[document["id"]] = json.dumps(document)
        self._version += 1


class MemoryLock:
    """A lock of a MemoryStore."""

    handle: int | None = None

    def __init__(self, owners: dict[str, tuple[object, Document]], guard: threading.RLock, name: str) -> None:
        self._owners, self._guard, self._name = owners, guard, name

    def acquire(self, owner: Document) -> bool:
        """Take the lock if it is free."""
        with self._guard:
            if self._name in self._owners:
                return False
            self._owners[self._name] = (self, dict(owner))
            return True

    def holder(self) -> Document | None:
        """Return what its holder wrote."""
        with self._guard:
            held = self._owners.get(self._name)
            return dict(held[1]) if held else None

    def release(self) -> None:
        """Give it back, if it is this one that has it."""
        with self._guard:
            held = self._owners.get(self._name)
            if held and held[0] is self:
                del self._owners[self._name]


def _fits(document: Document, where: Mapping[str, str | int | Sequence[str]]) -> bool:
    """Return whether each field is the wanted value or one of the wanted ones."""
    return all(
        document.get(field) == wanted if isinstance(wanted, str | int) else document.get(field) in wanted
        for field, wanted in where.items()
    )
