"""Locks in memory, as a store in memory has them."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import NamedTuple

from milepost.host.history.epochs import lost
from milepost.sdk.store import Document, Lease


class Holding(NamedTuple):
    """A lock that is held: with which epoch, and what its holder wrote."""

    lease: Lease
    owner: Document
    until: float
    """When it is lost unless it is renewed, by the clock of the store."""


class Holdings:
    """Who holds which lock."""

    def __init__(self, seconds: float | None, monotonic: Callable[[], float]) -> None:
        self._seconds, self._monotonic = seconds, monotonic
        self._epoch = 0
        self._holdings: dict[str, Holding] = {}
        self._guard = threading.RLock()

    def owners(self) -> dict[str, Document]:
        """Return who holds which lock."""
        with self._guard:
            return {name: dict(each.owner) for name in list(self._holdings) if (each := self._holding(name))}

    def take_away(self, name: str) -> Document | None:
        """End the holding of a lock, and return what its holder wrote."""
        with self._guard:
            holding = self._holding(name)
            self._holdings.pop(name, None)
            return holding.owner if holding else None

    def _holding(self, name: str) -> Holding | None:
        """Return who has the lock at this moment."""
        holding = self._holdings.get(name)
        return holding if holding and holding.until > self._monotonic() else None

    def check(self, lease: Lease) -> None:
        """Raise LockLostError unless this holding lasts."""
        holding = self._holding(lease.name)
        if holding is None or holding.lease != lease:
            raise lost(lease.name, holding.owner if holding else None)

    def take(self, name: str, owner: Document) -> Lease | None:
        """Begin a holding of a lock; None if another has it."""
        with self._guard:
            if self._holding(name) is not None:
                return None
            self._epoch += 1
            lease = Lease(name, self._epoch)
            self._holdings[name] = Holding(lease, dict(owner), self._until())
            return lease

    def renew(self, lease: Lease, owner: Document | None = None) -> None:
        """Say that it lasts, and what its holder does now."""
        with self._guard:
            self.check(lease)
            before = self._holdings[lease.name]
            self._holdings[lease.name] = Holding(lease, before.owner if owner is None else dict(owner), self._until())

    def give_back(self, lease: Lease) -> None:
        """End a holding, if it lasts still."""
        with self._guard:
            holding = self._holdings.get(lease.name)
            if holding is not None and holding.lease == lease:
                del self._holdings[lease.name]

    def _until(self) -> float:
        """Return when a holding that is renewed now is lost."""
        return math.inf if self._seconds is None else self._monotonic() + self._seconds


class MemoryLock:
    """A StoreLock in memory."""

    handle: int | None = None

    def __init__(self, holdings: Holdings, name: str) -> None:
        self._holdings, self._name = holdings, name
        self._lease: Lease | None = None
        self._joined = False

    @property
    def lease(self) -> Lease | None:
        """This holding."""
        return self._lease

    def acquire(self, owner: Document) -> bool:
        """Take the lock if it is free, or write anew what its holder does."""
        if self._lease is not None:
            self._holdings.renew(self._lease, owner)
            return True
        self._lease = self._holdings.take(self._name, owner)
        return self._lease is not None

    def holder(self) -> Document | None:
        """Return what its holder wrote."""
        return self._holdings.owners().get(self._name)

    def join(self, lease: Lease) -> None:
        """Hold it with another. Raises LockLostError when that one has it no more."""
        self._holdings.check(lease)
        self._lease, self._joined = lease, True

    def renew(self) -> None:
        """Raise LockLostError when it is lost."""
        self._holdings.renew(self._lease or Lease(self._name, 0))

    def release(self) -> None:
        """Give it back, if it is this one that acquired it."""
        lease, self._lease = self._lease, None
        if lease is not None and not self._joined:
            self._holdings.give_back(lease)
        self._joined = False
