"""Breaking locks: the run that holds one is asked to end, or the lock is taken away from it at once."""

from __future__ import annotations

import time

import msgspec

from milepost.host.assembly import Host
from milepost.host.clock import system_clock
from milepost.host.lifecycle.locking import locked
from milepost.host.lifecycle.noting import going_on, noted
from milepost.host.lifecycle.operation import failure_of
from milepost.host.lifecycle.subject import lock_name
from milepost.sdk.errors import LockedError, MilepostError, UnknownNameError
from milepost.sdk.record import Run
from milepost.sdk.store import Document, HistoryStore

BREAK = "break"
LOOK_AGAIN = 0.2
"""How often it is looked whether the lock is free, in seconds."""


def holder_of(store: HistoryStore, name: str) -> Document:
    """Return what the holder of a lock wrote there. Raises UnknownNameError when nobody holds one of that name."""
    held = store.locks()
    if name not in held:
        raise UnknownNameError("lock", name, tuple(held), hint="milepost lock list")
    return held[name]


def lock_meant(store: HistoryStore, name: str, workspace: str) -> str:
    """Return the name of the lock that is held and meant: the app's own name will do for that of its lock."""
    of_app = lock_name(workspace, name)
    held = store.locks()
    return of_app if name not in held and of_app in held else name


def end_holder(host: Host, name: str, limit: float | None, why: str = "") -> Run:
    """Ask the run that holds a lock to end, wait until it has given it back, and return the run that records it.

    Raises LockedError when it has not within `limit` seconds; then nobody may be there to hear of it.
    """
    store = host.writable_store()
    owner = holder_of(store, name)
    run = _noted(host, name, owner, why, force=False)
    with going_on(store, run):
        run = host.history.append_run(run)
        try:
            _ended(store, name, owner, limit)
        except BaseException as error:
            host.history.amend(_failed(run, error))
            raise
        ended = msgspec.structs.replace(run, status="success", ended=system_clock(), exit_status=0)
        host.history.amend(ended)
    return ended


def _ended(store: HistoryStore, name: str, owner: Document, limit: float | None) -> None:
    """Ask for the end of the run that holds a lock, and wait for it. Raises LockedError after the limit."""
    if owner.get("run_id"):
        store.ask_cancel(str(owner["run_id"]))
    end = None if limit is None else time.monotonic() + limit
    while (now := store.lock(name).holder()) is not None and now.get("run_id") == owner.get("run_id"):
        if end is not None and time.monotonic() >= end:
            raise _deaf(name, owner, limit)
        time.sleep(LOOK_AGAIN)


def _noted(host: Host, name: str, owner: Document, why: str, *, force: bool) -> Run:
    """Return the record of a lock's breaking: by whom, whose it is, and whether its holder is asked at all."""
    workspace, apps = _about(host, name, owner)
    request = {"choices": {"force": force}}
    return noted(host, BREAK, workspace, why, apps=apps, target=name, holder=owner, request=request)


def _failed(run: Run, error: BaseException) -> Run:
    """Return the record of an attempt that did not free the lock; a Ctrl-C is no failure."""
    if not isinstance(error, MilepostError):
        return msgspec.structs.replace(run, status="cancelled", ended=system_clock(), exit_status=130)
    return msgspec.structs.replace(
        run, status="error", ended=system_clock(), failure=failure_of(error), exit_status=error.exit_status
    )


def take_away(host: Host, name: str, why: str = "") -> Run:
    """Take a lock away from its holder, whose next write fails, and return the run that records it.

    What the holder has begun is not ended by that: the next run finds it interrupted and cleans up. Raises
    UnknownNameError when nobody holds it.
    """
    store = host.writable_store()
    owner = holder_of(store, name)
    run = host.history.append_run(_noted(host, name, owner, why, force=True))
    held = store.break_lock(name)
    # It may have been given back at this very moment: then nothing was broken.
    ended = msgspec.structs.replace(
        run,
        status="unchanged" if held is None else "success",
        ended=system_clock(),
        exit_status=0,
        holder=owner if held is None else held,
    )
    host.history.amend(ended)
    return ended


def _about(host: Host, name: str, owner: Document) -> tuple[str, tuple[str, ...]]:
    """Return the workspace and the apps that a lock is about."""
    kind, _, rest = name.partition("/")
    if kind == "app" and "/" in rest:
        workspace, _, app = rest.partition("/")
        return workspace, (app,)
    run = host.history.run(str(owner.get("run_id") or ""))
    return (run.workspace, run.apps) if run is not None else ("", ())


def _deaf(name: str, owner: Document, limit: float | None) -> LockedError:
    """Return the error for a holder that was asked to end and has not."""
    error = locked(name, owner)
    error.hint = f"it has not ended within {limit:g} s; milepost lock break {name} --force takes the lock from it"
    return error
