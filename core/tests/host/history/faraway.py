"""A shared store as other machines see it: in memory, with leases by a clock of the test, and not always reachable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from milepost.host.history.outbox import Outbox
from milepost.sdk.errors import HistoryUnreachableError
from milepost.sdk.store import Document, Lease
from milepost.testing.store import MemoryStore

LEASE = 30.0


class Time:
    """The clock of all machines, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


class Database:
    """Where the documents are; each machine has a link of its own."""

    def __init__(self) -> None:
        self.time = Time()
        self.store = MemoryStore(lease_seconds=LEASE, monotonic=self.time)


class Faraway:
    """One machine's link to the database."""

    def __init__(self, database: Database) -> None:
        self.database, self.reachable, self.asked = database, True, 0
        self.place = "fake://db/shop"
        self.lease_seconds = LEASE
        self._leases: tuple[Lease, ...] = ()

    def fence(self, leases: tuple[Lease, ...]) -> None:
        """Keep the leases of this machine; nobody is asked."""
        self._leases = tuple(leases)

    def lock(self, name: str) -> FarawayLock:
        """Return a lock, not taken."""
        return FarawayLock(self, name)

    def close(self) -> None:
        """Do nothing."""

    def ask(self) -> MemoryStore:
        """Return the store as it is now, fenced for this machine. Raises HistoryUnreachableError."""
        self.asked += 1
        if not self.reachable:
            raise HistoryUnreachableError("the history at fake://db/shop cannot be reached: the cable is cut")
        self.database.store.fence(self._leases)
        return self.database.store

    @property
    def id(self) -> str:
        """The id of the store."""
        return self.database.store.id

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a method of the store, which asks for it anew each time."""

        def call(*given: Any, **named: Any) -> Any:
            return getattr(self.ask(), name)(*given, **named)

        return call


class FarawayLock:
    """A lock that is a lease."""

    handle: int | None = None

    def __init__(self, link: Faraway, name: str) -> None:
        self._link, self._name = link, name
        self._lock = link.database.store.lock(name)

    @property
    def lease(self) -> Lease | None:
        """This holding."""
        return self._lock.lease

    def acquire(self, owner: Document) -> bool:
        """Take it if it is free."""
        self._link.ask()
        return self._lock.acquire(owner)

    def holder(self) -> Document | None:
        """Return who has it."""
        self._link.ask()
        return self._lock.holder()

    def join(self, lease: Lease) -> None:
        """Hold it, too."""
        self._link.ask()
        self._lock.join(lease)

    def renew(self) -> None:
        """Hold it for another while. Raises LockLostError."""
        self._link.ask()
        self._lock.renew()

    def release(self) -> None:
        """Give it back."""
        self._link.ask()
        self._lock.release()


class Machine:
    """A machine with an outbox."""

    def __init__(self, database: Database, folder: Path, name: str) -> None:
        self.database, self.folder, self.name = database, folder, name
        self.link = Faraway(database)
        self._count = 0
        self.outbox = self.opened()

    def opened(self) -> Outbox:
        """Return the store as another process of this machine opens it."""
        self.link.fence(())
        return Outbox(self.link, self.folder, self._id, pause=self.pause, clock=self.database.time)

    def pause(self, seconds: float) -> None:
        """Let the time pass that somebody waits."""
        self.database.time.passes(seconds)

    def cut(self) -> None:
        """Cut the cable."""
        self.link.reachable = False

    def mend(self) -> None:
        """Mend it; what was found to be away a moment ago is asked again."""
        self.link.reachable = True
        self.database.time.passes(2.0)

    def _id(self) -> str:
        self._count += 1
        return f"{self.name}{self._count}"
