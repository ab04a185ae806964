"""Cancelling: a run that goes on is asked to end, by whoever may, and the history says who asked."""

from __future__ import annotations

from milepost.host.assembly import Host
from milepost.host.history.ref import resolve_run
from milepost.host.lifecycle.noting import ask_to_end
from milepost.sdk.errors import OperationError
from milepost.sdk.record import Run


def cancel(host: Host, ref: str, workspace: str = "default", why: str = "") -> Run:
    """Ask the run that `ref` names to end, and return it; its own process ends it, and the history says who asked."""
    document = resolve_run(host.store, ref, workspace)
    run = host.history.run(str(document["id"]))
    assert run is not None
    status = run.status if run.status != "running" or host.history.lives(run) else "interrupted"
    if status != "running":
        raise OperationError(f"run #{run.number} has ended already: {status}", hint=f"milepost show {run.number}")
    if run.verb == "exec":
        where = f"{run.user or 'somebody'}@{run.host} (pid {run.writer.pid})"
        raise OperationError(f"run #{run.number} is an exec: only {where} can end it, at the terminal")
    ask_to_end(host, run, why)
    return run
