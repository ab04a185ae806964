"""The locks of a run: taken in one order, waited for within a limit, and never from inside their own hooks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from milepost.host.cancel import Cancel
from milepost.host.clock import system_clock
from milepost.host.history.heartbeat import Holding
from milepost.host.history.writer import run_lock
from milepost.host.lifecycle.hooks import INSIDE
from milepost.host.lifecycle.wishes import asked_by
from milepost.sdk.errors import LockedError, RefusedError
from milepost.sdk.request import Request
from milepost.sdk.store import Document, HistoryStore, Lease, StoreLock

LOOK_AFTER = 1.0
"""How often it is looked whether locks of this machine were taken away, in seconds."""
LOOK_AGAIN = 0.1
LOOK_AGAIN_ELSEWHERE = 0.5
"""How often a lock that is taken is tried again, in seconds: on this machine, and in a shared store."""


def refuse_inside(project: str, locks: Sequence[str], environment: Mapping[str, str], store: HistoryStore) -> None:
    """Raise RefusedError when this is a hook of a run that holds one of the locks: it would wait for itself."""
    if INSIDE not in environment or environment.get("MILEPOST_PROJECT") != project:
        return
    run = environment.get("MILEPOST_RUN", "")
    held = {name for name, owner in store.locks().items() if str(owner.get("run")) == run}
    for name in locks:
        if name == environment[INSIDE] or name in held:
            raise RefusedError(
                f"this command runs inside a hook of run #{run}, "
                f"which is changing {name.removeprefix('app/')} and would have to wait for itself"
            )


class Locks:
    """The locks that a run holds: one of its own from its beginning to its end, those of its apps from deploy on."""

    def __init__(self, store: HistoryStore, request: Request, cancel: Cancel) -> None:
        self._store, self._request, self._cancel = store, request, cancel
        self._holding = Holding(store)
        self._began = system_clock()
        self._own: StoreLock | None = None
        self._looked = time.monotonic()
        self._number = 0
        self.has_apps = False
        """Whether those of the apps are held."""

    @property
    def handles(self) -> tuple[int, ...]:
        """The file descriptors that a child must have to hold the locks, too."""
        return self._holding.handles

    @property
    def leases(self) -> tuple[Lease, ...]:
        """What a child must know to hold the locks, too."""
        return self._holding.leases

    def begin(self) -> None:
        """Take the run's own lock, by which others see that it is carried out. Raises LockedError."""
        name = run_lock(self._request.id)
        lock = self._store.lock(name)
        if not lock.acquire(self._owner()):
            raise locked(name, lock.holder() or {})
        self._holding.add(lock)
        self._own = lock

    def numbered(self, number: int) -> None:
        """Write down which number the run has got."""
        self._number = number
        if self._own is not None:
            self._own.acquire(self._owner())

    def take(self, names: Sequence[str], limit: float | None, tell: Callable[[str], None], preempt: bool) -> None:
        """Take the locks of apps, always in the order of their names. Raises LockedError after `limit` seconds."""
        end = None if limit is None else time.monotonic() + limit
        for name in sorted(names):
            lock = self._store.lock(name)
            told, asked = None, ""
            while not self._holding.patiently(partial(lock.acquire, self._owner())):
                holder = lock.holder() or {}
                if preempt and holder.get("run_id", asked) != asked:
                    asked = str(holder["run_id"])
                    self._store.ask_cancel(asked)
                error = locked(name, holder)
                if end is not None and time.monotonic() >= end:
                    raise error
                if str(error) != told:
                    told = str(error)
                    tell(told)
                self._wait()
            self._add(lock)

    def check(self) -> None:
        """Return if all are held still. Raises LockLostError, HistoryUnreachableError."""
        self._holding.check()

    def look(self) -> None:
        """Return if none is known to be lost; where no lease tells, the store is asked now and then.

        Raises LockLostError, HistoryUnreachableError.
        """
        if self._holding.lost is not None:
            raise self._holding.lost
        if self._store.lease_seconds is None and time.monotonic() - self._looked >= LOOK_AFTER:
            self._looked = time.monotonic()
            self.check()

    def release(self) -> None:
        """Give all of them back."""
        self._holding.release()

    def _add(self, lock: StoreLock) -> None:
        """Hold a lock that has been taken."""
        try:
            self._holding.add(lock)
        except BaseException:
            lock.release()
            raise
        self.has_apps = True

    def _wait(self) -> None:
        """Wait a moment. Raises CancelledError when somebody asks for an end, LockLostError."""
        self._cancel.wait(LOOK_AGAIN if self._store.lease_seconds is None else LOOK_AGAIN_ELSEWHERE)
        if self._store.cancel_asked(self._request.id):
            self._cancel.ask(asked_by(self._store, self._request.id))
        self._cancel.check()
        if self._holding.lost is not None:
            raise self._holding.lost

    def _owner(self) -> Document:
        """Return what others read who find a lock taken."""
        request = self._request
        numbered = {"run": self._number} if self._number else {}
        return {
            **numbered,
            "run_id": request.id,
            "verb": request.verb,
            "user": request.user,
            "host": request.host,
            "pid": os.getpid(),
            "since": self._began.isoformat(),
        }


def locked(name: str, holder: Document) -> LockedError:
    """Return the error that says who has the lock."""
    owner = f"{holder.get('user') or 'somebody'}@{holder.get('host') or 'somewhere'} (pid {holder.get('pid', '?')})"
    since = str(holder.get("since", "an unknown time"))
    try:
        since = datetime.fromisoformat(since).astimezone().strftime("%H:%M:%S")
    except ValueError:
        since = since or "an unknown time"
    doing = f"run #{holder.get('run', '?')}, {holder.get('verb', '?')}"
    return LockedError(name.removeprefix("app/"), owner, since, doing)
