"""What the dead left behind: their operations get their true end, their processes theirs, and half a deploy goes."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import msgspec

from milepost.host.history.delivery import UNDER_LOCK
from milepost.host.history.journal import History, alive_here
from milepost.host.lifecycle.behalf import start, stop
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.elsewhere import forget_elsewhere
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.in_place import restore_predecessor
from milepost.host.lifecycle.live import GONE, Live, ask_health, find_live
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.releasing import destroy
from milepost.host.lifecycle.subject import Subject
from milepost.host.processes import end_group
from milepost.sdk.errors import CancelledError, HistoryError, MilepostError
from milepost.sdk.events import Warned
from milepost.sdk.record import Failure, Operation, Run

CUT = Failure(code="interrupted", message="whoever carried it out died before its end")
ABANDONED = Failure(code="interrupted", message="it was ended by force, before it had cleaned up")
"""By a second Ctrl-C, or because the time to clean up was over."""


def settle(history: History, operation: Operation, now: datetime, why: Failure = CUT) -> Operation:
    """Give an operation whose writer is dead its end: what it had started is ended, and the record says so."""
    for process in operation.processes:
        if alive_here(process):
            end_group(process.pid)
    ended = msgspec.structs.replace(operation, status="interrupted", ended=now, failure=why, processes=())
    history.amend(ended)
    # Packing is for later, if it cannot be done now: what was printed is there all the same.
    with suppress(HistoryError):
        history.store.seal_output(operation.id)
    return ended


def end_dead_runs(history: History, now: datetime) -> None:
    """Write down that runs were interrupted whose writers are dead; their operations are settled under their lock."""
    dead = [each for each in history.interrupted() if isinstance(each, Run)]
    history.amend(*(msgspec.structs.replace(each, status="interrupted", ended=now, failure=CUT) for each in dead))


def recover(bench: Bench, part: Part, subject: Subject) -> None:
    """Settle all that died in the middle for this app and workspace; the lock must be held.

    Raises RefusedError when something of it stands on another machine.
    """
    forget_elsewhere(bench, part, subject)
    for each in _cut_off(bench, part, subject):
        settle(bench.history, each, bench.clock())
        text = f"#{each.number}'s {each.label} was interrupted"
        bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=text))
    cut = _unfinished_release(bench, subject)
    if cut is not None:
        _finish_release(bench, part, subject, cut)
    live = find_live(bench, subject)
    _clear_halves(bench, part, subject, live)


def _cut_off(bench: Bench, part: Part, subject: Subject) -> list[Operation]:
    """Return what was cut off, oldest first: whose writer is dead, or has lost the lock that is held here now."""
    where = {"app": subject.app.name, "workspace": subject.workspace, "status": "running"}
    return [
        each
        for each in reversed(bench.history.operations(where))
        if each.run != part.run and (each.stage in UNDER_LOCK or not bench.history.lives(each))
    ]


def _clear_halves(bench: Bench, part: Part, subject: Subject, live: Live) -> None:
    """Destroy what interrupted deploys left, what a failed clean-up did, and what was half destroyed."""
    if part.request.choices.keep_failed:
        return
    for each in reversed(bench.history.deployments(subject.app.name, subject.workspace)):
        if live.deployment is not None and each.id == live.deployment.id:
            continue
        if each.status == "interrupted" or _failed_to_clean(bench.history, each):
            _clear(bench, part, subject, each, whole=False)
        elif _half_destroyed(bench.history, each):
            _clear(bench, part, subject, each, whole=True)


def _half_destroyed(history: History, deploy: Operation) -> bool:
    """Return whether somebody died while destroying it: nobody knows what of it is left."""
    last = history.operations({"stage": "destroy", "target": deploy.id}, limit=1)
    return bool(last) and last[0].status == "interrupted"


def _clear(bench: Bench, part: Part, subject: Subject, half: Operation, *, whole: bool) -> None:
    """Remove what is left of a deployment, which was `whole` once, or never.

    That it cannot be removed now must not stop a run that may repair more.
    """
    try:
        if whole or half.generation is None:
            destroy(bench, part, subject, half)
        else:
            _restore(bench, part, subject, half)
    except CancelledError:
        raise
    except MilepostError as error:
        text = f"what is left of #{half.number}'s deploy could not be removed: {error}; the next run tries again"
        bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=text))


def _restore(bench: Bench, part: Part, subject: Subject, half: Operation) -> None:
    """Put an object that others had before back as it was, as a recorded operation."""
    record = draft(bench, part, subject, "destroy", label="restore", target=half.id)

    def work(operation: OpenOperation) -> None:
        restore_predecessor(subject, operation, half)
        bench.history.amend(msgspec.structs.replace(half, presence="destroyed"))
        operation.result, operation.summary = "restored", f"as before #{half.number}"

    perform(bench, record, (), hook_context(part, subject), work)


def _failed_to_clean(history: History, deploy: Operation) -> bool:
    """Return whether what a failed deploy had made was to be removed, and was not."""
    if deploy.presence != "starting" or deploy.status == "running":
        return False
    run = history.run(deploy.run)
    return run is None or not run.request.get("choices", {}).get("keep_failed", False)


def _unfinished_release(bench: Bench, subject: Subject) -> Operation | None:
    """Return the last release if it was cut off and nobody has put in order what it left, be it settled or not.

    Its run may have outlived the process that carried it out, and written its end.
    """
    where = {"app": subject.app.name, "workspace": subject.workspace}
    last = next(iter(bench.history.operations({**where, "stage": "release"}, limit=1)), None)
    if last is None or last.status != "interrupted" or last.target is None:
        return None
    parks = bench.history.operations({**where, "stage": "park", "target": last.target, "status": "success"}, limit=1)
    return None if parks and parks[0].id > last.id else last


def _finish_release(bench: Bench, part: Part, subject: Subject, cut: Operation) -> None:
    """Bring the deployments around a release that was cut off into a state that is one or the other."""
    live = find_live(bench, subject)
    target = bench.history.operation(cut.target) if cut.target else None
    if target is None or (live.deployment is not None and live.deployment.id == target.id):
        return
    strategy = (cut.facts or {}).get("strategy", "blue-green")
    if strategy == "blue-green" or target.presence in GONE:
        return
    record = draft(bench, part, subject, "park", target=target.id)

    def work(operation: OpenOperation) -> None:
        # Both may run at this moment, or neither: the one that never became live stops first.
        stop(operation, subject, target)
        old = live.deployment
        if old is not None and ask_health(bench, subject, old).name != "ready":
            _start_again(operation, subject, old)
        operation.result, operation.summary = "restored", f"#{old.number}" if old else "nothing"

    perform(bench, record, (), hook_context(part, subject), work)


def _start_again(operation: OpenOperation, subject: Subject, old: Operation) -> None:
    """Start what is live; that it cannot be started must not stop a run that may bring something better."""
    try:
        start(operation, subject, old, "released")
    except CancelledError:
        raise
    except MilepostError as error:
        operation.warn(f"#{old.number} could not be started again: {error}; nothing may be live")
