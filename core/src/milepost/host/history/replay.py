"""What a run's operations printed, read from the store in order of time, while the run goes on and after."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from milepost.host.history.writer import as_it_is
from milepost.sdk.errors import HistoryUnreachableError
from milepost.sdk.store import Document, HistoryStore, OutputLine

AT_MOST = 1.0
"""How long one look at the store waits for something new, in seconds."""


class Printed(NamedTuple):
    """A line with the operation that printed it."""

    operation: Document
    line: OutputLine


class Replay:
    """Reads what a run printed; each reading goes on where the one before ended."""

    def __init__(self, store: HistoryStore, run: str, app: str | None = None) -> None:
        self._store, self._run = store, run
        self._where = {"run": run, "app": app} if app else {"run": run}
        self._last: dict[str, int] = {}
        self._over: set[str] = set()
        self.operations: dict[str, Document] = {}
        """What the run did, by id, as it was when it was last read."""
        self.read: Counter[str] = Counter()
        """How many lines each of them had."""

    def new(self) -> Iterator[Printed]:
        """Yield the lines that have come, in order of time; those of one operation in their own order."""
        found = self._store.latest("operation", self._where, oldest=True)
        self.operations = {str(each["id"]): each for each in found}
        read = [self._of(each) for each in found]
        return heapq.merge(*(each for each in read if each), key=lambda each: each.line.at)

    def status(self) -> str:
        """Return how the run is: `running` as long as anything of it goes on."""
        run = self._store.get(self._run)
        if run is None:
            return "removed"
        status = str(as_it_is(run, self._store)["status"])
        going = self._store.latest("operation", {"run": self._run, "status": "running"})
        # Whoever asked for the run may be dead, and the process of an app still cleaning up.
        if status != "running" and any(as_it_is(each, self._store)["status"] == "running" for each in going):
            return "running"
        return status

    def follow(self) -> Iterator[list[Printed]]:
        """Yield lines as they come, until the run has ended; a store that cannot be reached is waited for."""
        version = -1
        is_over = False
        while not is_over:
            try:
                version = self._store.watch(version, AT_MOST)
                # Asked first: what is printed before the end is there when it is told.
                is_over = self.status() != "running"
                lines = list(self.new())
            except HistoryUnreachableError:
                time.sleep(AT_MOST)
                is_over = False
            else:
                yield lines

    def _of(self, operation: Document) -> list[Printed]:
        """Return the new lines of one operation."""
        name = str(operation["id"])
        if name in self._over:
            return []
        lines = self._store.read_output(name, self._last.get(name, 0))
        if lines:
            self._last[name] = lines[-1].number
            self.read[name] += len(lines)
        if operation["status"] != "running":
            self._over.add(name)
        return [Printed(operation, line) for line in lines]
