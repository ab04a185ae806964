"""A store elsewhere that may not be reached at times: what must not be lost is kept on this machine, and delivered.

It goes around any store whose locks are leases. While that one cannot be reached, a run goes on as far as it safely
can: what happens is recorded here, new operations begin only while the lease surely holds, and none that moves traffic.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from milepost.host.history import undelivered
from milepost.host.history.around import Around
from milepost.host.history.delivery import Delivery
from milepost.host.history.heartbeat import Sureness, steady
from milepost.host.history.timed_lock import TimedLock
from milepost.host.history.undelivered import Deed, Entry
from milepost.sdk.errors import HistoryError, HistoryUnreachableError
from milepost.sdk.store import Document, HistoryStore, Lease, OutputLine, StoreLock, Where

T = TypeVar("T")

AGAIN = 0.5
"""For how long a store that could not be reached is taken to be so without being asked, in seconds."""

PATIENT_STAGES = ("release",)
"""The stages that are never begun while the store cannot be reached: they move traffic."""

REFUSED = "nothing was changed; try again when it can be reached"


class Outbox(Around):
    """A HistoryStore around another one."""

    def __init__(
        self,
        store: HistoryStore,
        folder: Path,
        new_id: Callable[[], str],
        *,
        pause: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = steady,
    ) -> None:
        """Keep in the folder what cannot be written; `pause` waits, and may raise what ends the wait."""
        super().__init__(store)
        self._folder, self._pause, self._clock = folder, pause, clock
        self._kept = undelivered.own(folder, store.id, new_id)
        self._leases: tuple[Lease, ...] = ()
        self._away_until = float("-inf")
        self._guard = threading.RLock()
        self._known: dict[str, Document] = {}
        """What is kept of each document, which is newer than what the store has."""
        self._was: dict[str, str | None] = {}
        """The presence of each document that this process wrote, as the store has it."""
        self.sureness = Sureness(store.lease_seconds, clock)

    @property
    def waiting(self) -> int:
        """How many entries of this process wait to be delivered."""
        return len(self._kept.entries)

    def deliver(self) -> None:
        """Deliver what this process has kept, if there is anything. Raises HistoryUnreachableError."""
        with self._guard:
            if not self._kept.entries:
                return
            try:
                Delivery(self.inner, self._leases).deliver(self._kept.entries)
            finally:
                self.inner.fence(self._leases)
            self._was.update({name: each.get("presence") for name, each in self._known.items()})
            self._known.clear()
            self._kept.clear()

    def deliver_left(self) -> int:
        """Deliver what processes that are gone have left, and return how many entries that were.

        Raises HistoryUnreachableError; HistoryError once for what the store refuses, which is set aside.
        """
        delivered = 0
        for each in undelivered.left(self._folder, self.id):
            try:
                Delivery(self.inner).deliver(each.entries)
                delivered += len(each.entries)
                each.clear()
            except HistoryUnreachableError:
                raise
            except HistoryError as error:
                raise self._refused(each, error) from error
            finally:
                each.close()
        return delivered

    def _refused(self, kept: undelivered.Undelivered, error: HistoryError) -> HistoryError:
        """Set aside what the store refuses, so that it stands in nobody's way, and return the error that says so."""
        aside, many = kept.set_aside(), len(kept.entries)
        return HistoryError(
            f"{many} entries of this machine could not be delivered to the history at {self.place}: {error}",
            hint=f"they are kept in {aside}, a line each; do the same again",
        )

    def append(self, document: Document) -> int:
        """Add a document and return its number; an operation may begin while the lease surely holds, a run may not."""
        found = self._tried(lambda: self.inner.append(document))
        if found is not None:
            self._was[document["id"]] = document.get("presence")
            return found
        if document["kind"] != "operation" or not self._leases:
            raise self._unreachable("a new run can only begin when it is recorded", REFUSED)
        if document.get("stage") in PATIENT_STAGES:
            hint = "what is staged stays; when it can be reached: milepost release"
            number = self._patiently(lambda: self.inner.append(document), "no traffic is moved meanwhile", hint)
            self._was[document["id"]] = document.get("presence")
            return number
        self._demand_lease()
        self._keep("append", document, [document])
        return int(document["number"])

    def amend(self, documents: Sequence[Document]) -> None:
        """Replace documents; while the store cannot be reached, here: ends always, all else under a lease."""
        if not documents:
            return
        if self._tried(lambda: self._amended(documents)) is not None:
            return
        if any(each.get("kind") == "operation" and each.get("status") == "running" for each in documents):
            self._demand_lease()
        self._keep("amend", list(documents), documents)

    def fence(self, leases: Sequence[Lease]) -> None:
        """From now on write only while these are held."""
        with self._guard:
            self._leases = tuple(leases)
            self.inner.fence(leases)

    def get(self, id: str) -> Document | None:
        """Return the document with that id, as this process knows it."""
        with self._guard:
            known = self._known.get(id)
        if known is not None and self._is_away():
            copy: Document = json.loads(json.dumps(known))
            return copy
        return self._asked(lambda: self.inner.get(id))

    def ending_with(self, kind: str, tail: str) -> list[Document]:
        """Return the newest ten documents of a kind whose id ends so."""
        return self._asked(lambda: self.inner.ending_with(kind, tail))

    def latest(
        self, kind: str, where: Where, limit: int | None = None, before: str | None = None, *, oldest: bool = False
    ) -> list[Document]:
        """Return the documents for which the conditions hold."""
        return self._asked(lambda: self.inner.latest(kind, where, limit, before, oldest=oldest))

    def version(self) -> int:
        """Return a number that grows with each change."""
        return self._asked(self.inner.version)

    def lock(self, name: str) -> StoreLock:
        """Return the lock of that name."""
        return TimedLock(self.inner.lock(name), name, self.sureness, self._heard)

    def locks(self) -> dict[str, Document]:
        """Return who holds which lock."""
        return self._asked(self.inner.locks)

    def cancel_asked(self, run: str) -> bool:
        """Return whether somebody asked the run to end; while nobody can tell, nobody did."""
        return bool(self._tried(lambda: self.inner.cancel_asked(run)))

    def write_output(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Add lines to the operation's output."""
        printed = list(lines)
        if self._tried(lambda: self._wrote(operation, printed)) is None:
            self._keep("output", [operation, printed])

    def read_output(self, operation: str, after: int = 0) -> list[OutputLine]:
        """Return the lines after that number."""
        return self._asked(lambda: self.inner.read_output(operation, after))

    def seal_output(self, operation: str) -> None:
        """Say that no more will be printed."""
        if self._tried(lambda: self._sealed(operation)) is None:
            self._keep("seal", operation)

    def close(self) -> None:
        """Deliver what can be delivered now, leave the rest to the next command, and let go of the store."""
        try:
            self.deliver()
        except HistoryUnreachableError:
            # It stays in the folder, where the next command finds it.
            self._away_until = float("inf")
        self._kept.close()
        self.inner.close()

    def _heard(self, began: float, *, reached: bool) -> None:
        """Hear whether the store could be reached when it was asked then; what waits is delivered if it could."""
        now = self._clock()
        # Asking one that cannot be reached may take its while.
        self._away_until = float("-inf") if reached else now + max(AGAIN, now - began)
        if reached:
            self.deliver()

    def _amended(self, documents: Sequence[Document]) -> bool:
        self.inner.amend(documents)
        self._was.update({each["id"]: each.get("presence") for each in documents})
        return True

    def _wrote(self, operation: str, lines: Sequence[OutputLine]) -> bool:
        self.inner.write_output(operation, lines)
        return True

    def _sealed(self, operation: str) -> bool:
        self.inner.seal_output(operation)
        return True

    def _is_away(self) -> bool:
        """Return whether the store could not be reached a moment ago."""
        return self._clock() < self._away_until

    def _tried(self, call: Callable[[], T]) -> T | None:
        """Return what the call returns once all that was kept before is delivered; None if it cannot be reached."""
        if self._is_away():
            return None
        began = self._clock()
        try:
            self.deliver()
            return call()
        except HistoryUnreachableError:
            self._heard(began, reached=False)
            return None

    def _asked(self, call: Callable[[], T]) -> T:
        """Return what the call returns; a run waits for it while its lease holds, everybody else does not."""
        try:
            self.deliver()
            return call()
        except HistoryUnreachableError:
            if not self._leases:
                raise
        return self._patiently(call, "it has to be read before anything more is done", "")

    def _patiently(self, call: Callable[[], T], why: str, hint: str) -> T:
        """Return what the call returns as soon as the store can be reached again, if that is within the lease."""
        while self.sureness.left(self._leases) > 0:
            self._pause(AGAIN)
            try:
                self.deliver()
                return call()
            except HistoryUnreachableError:
                continue
        raise self._unreachable(why, hint)

    def _demand_lease(self) -> None:
        """Raise HistoryUnreachableError unless nobody else can have the locks."""
        if self.sureness.left(self._leases) <= 0:
            raise self._unreachable("the lock may be somebody else's by now", "milepost status, when it can be reached")

    def _unreachable(self, why: str, hint: str) -> HistoryUnreachableError:
        return HistoryUnreachableError(f"the history at {self.place} cannot be reached: {why}", hint=hint)

    def _keep(self, deed: Deed, what: object, documents: Sequence[Document] = ()) -> None:
        """Keep an entry on this machine."""
        with self._guard:
            was = {each["id"]: self._was.get(each["id"]) for each in documents}
            first = documents[0] if documents else {}
            run = first["id"] if first.get("kind") == "run" else first.get("run", "")
            self._kept.add(Entry(deed, str(run), what, was))
            self._known.update({each["id"]: dict(each) for each in documents})
