"""Holding locks: the leases that a process works under are renewed in time, and it learns when one is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from milepost.sdk.errors import HistoryError, HistoryUnreachableError, LockLostError, MilepostError
from milepost.sdk.store import HistoryStore, Lease, StoreLock

T = TypeVar("T")

BEATS = 3
"""How often a lease is renewed before it would be over."""
AGAIN = 1.0
"""After how many seconds a store that could not be reached is tried again."""
LAST_BEAT = 5.0
"""How long the end of a renewal that is under way is waited for, in seconds."""


def steady() -> float:
    """Return seconds of a clock that only goes forward, also while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    if clock is None:  # macOS, where this one counts the sleep
        clock = time.CLOCK_MONOTONIC
    return time.clock_gettime(clock)


class Sureness:
    """Until when leases hold for sure, by this machine's own clock, whatever happens to the store."""

    def __init__(self, lease_seconds: float | None, clock: Callable[[], float] = steady) -> None:
        self._seconds, self._clock = lease_seconds, clock
        self._since: dict[str, float] = {}

    def now(self) -> float:
        """Return the time to be told to `renewed`: that before the store was asked."""
        return self._clock()

    def renewed(self, name: str, since: float) -> None:
        """Note that the lock of that name was held at that time."""
        self._since[name] = since

    def left(self, leases: Iterable[Lease]) -> float:
        """Return for how many seconds all of them hold for sure; 0 when one may be over, or there is none."""
        if self._seconds is None:
            return float("inf")
        ages = [self._clock() - self._since.get(each.name, float("-inf")) for each in leases]
        return max(0.0, self._seconds - max(ages)) if ages else 0.0


class Holding:
    """The locks of a store that this process works under; all that it writes there is written under them."""

    def __init__(self, store: HistoryStore, tell: Callable[[MilepostError], object] = str) -> None:
        """Make it of nothing yet; `tell` hears, from another thread, that a lock is lost or may be another's."""
        self._store, self._tell = store, tell
        self._locks: list[StoreLock] = []
        self._sureness = Sureness(store.lease_seconds)
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self.lost: MilepostError | None = None
        """Why nothing more can be done under the locks; None while all are held."""

    @property
    def leases(self) -> tuple[Lease, ...]:
        """The leases of the locks, to be handed to another process."""
        with self._guard:
            return tuple(each.lease for each in self._locks if each.lease is not None)

    @property
    def handles(self) -> tuple[int, ...]:
        """The file descriptors that another process must have to hold the locks, too."""
        with self._guard:
            return tuple(each.handle for each in self._locks if each.handle is not None)

    def add(self, lock: StoreLock) -> None:
        """Work under a lock that has been taken, too."""
        asked = self._sureness.now()
        lock.renew()
        if lock.lease is not None:
            self._sureness.renewed(lock.lease.name, asked)
        with self._guard:
            self._locks.append(lock)
        self._store.fence(self.leases)
        if self._store.lease_seconds is not None and self._thread is None:
            self._thread = threading.Thread(target=self._beat, args=(self._store.lease_seconds,), daemon=True)
            self._thread.start()

    def join(self, leases: Sequence[Lease]) -> None:
        """Work under locks that another process has taken, together with it. Raises LockLostError."""
        known = {each.name for each in self.leases}
        for lease in leases:
            if lease.name not in known:
                lock = self._store.lock(lease.name)
                lock.join(lease)
                self.add(lock)

    def check(self) -> None:
        """Return if nobody else can have the locks. Raises LockLostError, HistoryUnreachableError."""
        if self.lost is not None:
            raise self.lost
        try:
            self._renew()
        except LockLostError as error:
            self.lost = error
            raise
        except HistoryUnreachableError as error:
            if self._sureness.left(self.leases) <= 0:
                raise self._out_of_reach() from error

    def reaches(self) -> bool:
        """Return whether the store can be reached at this moment. Raises LockLostError."""
        try:
            self._renew()
        except HistoryUnreachableError:
            return False
        return True

    def patiently(self, call: Callable[[], T]) -> T:
        """Return what the call of the store returns; while that cannot be reached, as soon as it can, within the lease.

        Raises HistoryUnreachableError.
        """
        while True:
            try:
                return call()
            except HistoryUnreachableError:
                if not 0 < self._sureness.left(self.leases) < float("inf"):
                    raise
            self._over.wait(AGAIN)

    def stop(self) -> None:
        """Renew nothing more; another process may hold the locks still."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(LAST_BEAT)

    def release(self) -> None:
        """Give all locks back; one whose store cannot be reached is free when its lease is over."""
        self.stop()
        self._store.fence(())
        with self._guard:
            locks, self._locks = self._locks, []
        for lock in reversed(locks):
            try:
                lock.release()
            except HistoryUnreachableError:
                # It ends by itself, and nobody can be told now.
                continue

    def _beat(self, seconds: float) -> None:
        """Renew until it is over; a store that cannot be reached is tried again soon."""
        pause = seconds / BEATS
        while not self._over.wait(pause):
            pause = seconds / BEATS
            try:
                self._renew()
            except LockLostError as error:
                self._lose(error)
                return
            except HistoryUnreachableError:
                pause = min(pause, AGAIN)
                if self._sureness.left(self.leases) <= 0:
                    self._lose(self._out_of_reach())
            except HistoryError as error:
                self._lose(error)
                return

    def _renew(self) -> None:
        """Renew all locks once."""
        with self._guard:
            locks = list(self._locks)
        for lock in locks:
            asked = self._sureness.now()
            lock.renew()
            if lock.lease is not None:
                self._sureness.renewed(lock.lease.name, asked)

    def _lose(self, why: MilepostError) -> None:
        """Note that the locks are another's, or may be, and tell it once."""
        if self.lost is None:
            self.lost = why
            self._tell(why)

    def _out_of_reach(self) -> HistoryUnreachableError:
        """Return the error that says why work under the locks cannot go on."""
        names = ", ".join(each.name.removeprefix("app/") for each in self.leases if not each.name.startswith("run/"))
        return HistoryUnreachableError(
            f"the history at {self._store.place} could not be reached for {self._store.lease_seconds:g} s, "
            f"so the lock of {names or 'this run'} may be somebody else's by now",
            hint="see to the network, then run milepost status: the next run here or elsewhere cleans up",
        )
