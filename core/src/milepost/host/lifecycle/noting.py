"""Runs that carry out no operation, and are in the history all the same: a freeze, its end, a broken lock, an exec."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import msgspec

from milepost import __version__
from milepost.host.assembly import Host
from milepost.host.clock import system_clock
from milepost.host.history.journal import identify
from milepost.host.lifecycle.freezing import FREEZE, THAW, frozen
from milepost.host.lifecycle.requesting import who_asks
from milepost.sdk.errors import OperationError
from milepost.sdk.record import Run, Source
from milepost.sdk.store import Document


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
