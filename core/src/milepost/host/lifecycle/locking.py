"""The locks of a run: taken in one order, waited for within a limit, and never from inside their own hooks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from milepost.host.cancel import Cancel
from milepost.host.lifecycle.hooks import INSIDE
from milepost.sdk.errors import LockedError, RefusedError
from milepost.sdk.record import Run
from milepost.sdk.store import Document, HistoryStore, Lock

LOOK_AGAIN = 0.1


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
    """The locks that a run holds."""

    def __init__(self, store: HistoryStore, run: Run, cancel: Cancel) -> None:
        self._store, self._run, self._cancel = store, run, cancel
        self._held: list[Lock] = []

    @property
    def handles(self) -> tuple[int, ...]:
        """The file descriptors that a child must have to hold the locks, too."""
        return tuple(lock.handle for lock in self._held if lock.handle is not None)

    def take(self, names: Sequence[str], limit: float | None, tell: Callable[[str], None], preempt: bool) -> None:
        """Take the locks, always in the order of their names. Raises LockedError after `limit` seconds."""
        end = None if limit is None else time.monotonic() + limit
        for name in sorted(names):
            lock = self._store.lock(name)
            told, asked = None, ""
            while not lock.acquire(self._owner()):
                holder = lock.holder() or {}
                if preempt and holder.get("run_id", "") != asked:
                    asked = str(holder["run_id"])
                    self._store.ask_cancel(asked)
                error = _locked(name, holder)
                if end is not None and time.monotonic() >= end:
                    raise error
                if str(error) != told:
                    told = str(error)
                    tell(told)
                self._cancel.wait(LOOK_AGAIN)
                if self._store.cancel_asked(self._run.id):
                    self._cancel.ask("milepost cancel")
                self._cancel.check()
            self._held.append(lock)

    def release(self) -> None:
        """Give all of them back."""
        while self._held:
            self._held.pop().release()

    def _owner(self) -> Document:
        """Return what others read who find a lock taken."""
        run = self._run
        return {
            "run": run.number,
            "run_id": run.id,
            "verb": run.verb,
            "user": run.user,
            "host": run.host,
            "pid": run.writer.pid,
            "since": run.started.isoformat(),
        }


def _locked(name: str, holder: Document) -> LockedError:
    """Return the error that says who has the lock."""
    owner = f"{holder.get('user') or 'somebody'}@{holder.get('host') or 'somewhere'} (pid {holder.get('pid', '?')})"
    since = str(holder.get("since", "an unknown time"))
    try:
        since = datetime.fromisoformat(since).astimezone().strftime("%H:%M:%S")
    except ValueError:
        since = since or "an unknown time"
    doing = f"run #{holder.get('run', '?')}, {holder.get('verb', '?')}"
    return LockedError(name.removeprefix("app/"), owner, since, doing)
