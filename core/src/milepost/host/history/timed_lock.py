"""A lock of a store elsewhere that notes when it was found to be held, and whether the store could be reached."""

from __future__ import annotations

from typing import Protocol

from milepost.host.history.heartbeat import Sureness
from milepost.sdk.errors import HistoryUnreachableError
from milepost.sdk.store import Document, Lease, StoreLock


class Hears(Protocol):
    """Is told whether the store could be reached when it was asked at a time."""

    def __call__(self, began: float, *, reached: bool) -> None:
        """Hear it."""
        ...


class TimedLock:
    """A StoreLock around another one."""

    def __init__(self, lock: StoreLock, name: str, sureness: Sureness, hears: Hears) -> None:
        self._lock, self._name, self._sureness, self._hears = lock, name, sureness, hears

    @property
    def handle(self) -> int | None:
        """What a child process must inherit; usually nothing."""
        return self._lock.handle

    @property
    def lease(self) -> Lease | None:
        """This holding of it."""
        return self._lock.lease

    def acquire(self, owner: Document) -> bool:
        """Take the lock without waiting."""
        asked = self._sureness.now()
        taken = self._lock.acquire(owner)
        if taken:
            self._sureness.renewed(self._name, asked)
        return taken

    def holder(self) -> Document | None:
        """Return what the one who has it wrote."""
        return self._lock.holder()

    def join(self, lease: Lease) -> None:
        """Hold it together with who acquired it."""
        asked = self._sureness.now()
        self._lock.join(lease)
        self._sureness.renewed(self._name, asked)

    def renew(self) -> None:
        """Say that it is still held; what waits to be delivered is delivered then."""
        asked = self._sureness.now()
        try:
            self._lock.renew()
        except HistoryUnreachableError:
            self._hears(asked, reached=False)
            raise
        self._sureness.renewed(self._name, asked)
        self._hears(asked, reached=True)

    def release(self) -> None:
        """Give it back."""
        self._lock.release()
