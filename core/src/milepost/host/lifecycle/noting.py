"""Runs without operations that are in the history all the same: a freeze, its end, a cancel, a broken lock, an exec."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec

from milepost import __version__
from milepost.host.assembly import Host
from milepost.host.clock import system_clock
from milepost.host.history.heartbeat import Holding
from milepost.host.history.journal import identify
from milepost.host.history.writer import run_lock
from milepost.host.lifecycle.freezing import FREEZE, THAW, frozen
from milepost.host.lifecycle.operation import failure_of
from milepost.host.lifecycle.requesting import who_asks
from milepost.sdk.errors import HistoryError, OperationError
from milepost.sdk.record import Run, Source
from milepost.sdk.store import Document, HistoryStore

CANCEL = "cancel"


def noted(host: Host, verb: str, workspace: str, why: str, **fields: Any) -> Run:
    """Return the record of such a run as it begins; the fields are those of Run."""
    asker = who_asks(host.environment)
    return Run(
        id=host.new_id(),
        project=host.project.name,
        workspace=workspace,
        verb=verb,
        apps=fields.pop("apps", ()),
        started=system_clock(),
        writer=identify(os.getpid()),
        source=fields.pop("source", None) or Source(folder=str(host.project.folder)),
        user=asker.user,
        host=asker.host,
        ci=asker.ci,
        why=why,
        milepost=__version__,
        **fields,
    )


def owner_of(run: Run) -> Document:
    """Return what others read who find a lock of that run taken."""
    return {
        "run_id": run.id,
        "verb": run.verb,
        "user": run.user,
        "host": run.host,
        "pid": run.writer.pid,
        "since": run.started.isoformat(),
    }


@contextmanager
def going_on(store: HistoryStore, run: Run) -> Iterator[None]:
    """Hold the lock by which others see, on whatever machine, that the run has not ended."""
    holding = Holding(store)
    try:
        lock = store.lock(run_lock(run.id))
        if lock.acquire(owner_of(run)):
            holding.add(lock)
        yield
    finally:
        holding.release()


def ask_to_end(host: Host, run: Run, why: str) -> Run:
    """Ask a run to end, and return the record of who asked and why: it is there when the wish is heard."""
    asked = _done(host, noted(host, CANCEL, run.workspace, why, apps=run.apps, target=run.id))
    try:
        host.writable_store().ask_cancel(run.id)
    except HistoryError as error:
        host.history.amend(
            msgspec.structs.replace(asked, status="error", failure=failure_of(error), exit_status=error.exit_status)
        )
        raise
    return asked


def freeze(host: Host, workspace: str, why: str, seconds: float | None = None) -> Run:
    """Let nothing but a rollback change a workspace from now on, for so many seconds or until it is thawed."""
    run = noted(host, FREEZE, workspace, why)
    until = None if seconds is None else run.started + timedelta(seconds=seconds)
    return _done(host, msgspec.structs.replace(run, until=until))


def thaw(host: Host, workspace: str, why: str) -> Run:
    """End the freeze of a workspace. Raises OperationError when it is not frozen."""
    host.writable_store()
    if frozen(host.store, workspace, system_clock()) is None:
        raise OperationError(f"{workspace} is not frozen, so there is nothing to end", hint="milepost history")
    return _done(host, noted(host, THAW, workspace, why))


def _done(host: Host, run: Run) -> Run:
    """Record a run that is done with being recorded, and return it with its number."""
    host.writable_store()
    ended = msgspec.structs.replace(run, status="success", ended=run.started, exit_status=0)
    return host.history.append_run(ended)
