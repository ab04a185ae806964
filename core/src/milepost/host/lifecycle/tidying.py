"""After a release: what was replaced is parked, and what is no longer wanted is destroyed."""

from __future__ import annotations

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.prune import draining, prune
from milepost.host.lifecycle.releasing import retire
from milepost.host.lifecycle.stepping import plain_terms
from milepost.host.lifecycle.subject import Subject
from milepost.sdk.errors import CancelledError, HistoryUnreachableError, MilepostError
from milepost.sdk.events import Decided, Warned
from milepost.sdk.record import Operation

KEEPING = ("rollback", "start", "scale")
"""What destroys nothing: it brings nothing new."""


def tidy_up(bench: Bench, part: Part, subject: Subject, released: Operation) -> None:
    """Tidy up; that it cannot be done while the history is out of reach is a warning on a release that happened."""
    holding = bench.holding
    try:
        # Waiting for it would use up the lease under which the release is to come to its end.
        if holding is None or holding.reaches():
            _tidy(bench, part, subject, bench.history.operation(released.id) or released)
            return
        why = f"the history at {bench.history.store.place} cannot be reached"
    except HistoryUnreachableError as error:
        why = str(error)
    text = f"what was replaced stays as it is until the next run: {why}"
    bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=text))


def _tidy(bench: Bench, part: Part, subject: Subject, live: Operation) -> None:
    """Park what no longer has the traffic, and destroy what is no longer wanted."""
    held = draining(bench, subject)
    for each in bench.history.deployments(subject.app.name, subject.workspace):
        older = each.presence == "released" or (each.presence == "staged" and each.id < live.id)
        if each.id == live.id or each.status != "success" or not older:
            continue
        if plain_terms(live).keep_running:
            continue
        if each.id in held:
            text = f"#{each.number} still answers requests that had begun; the next run parks it"
            bench.emit(Decided(at=bench.clock(), app=subject.app.name, text=text))
        else:
            _retire(bench, part, subject, each)
    if part.request.choices.prune and part.request.verb not in KEEPING:
        prune(bench, part, subject, live)


def _retire(bench: Bench, part: Part, subject: Subject, old: Operation) -> None:
    """Park one; that it cannot be done is a warning on a release that succeeded."""
    try:
        retire(bench, part, subject, old)
    except CancelledError:
        raise
    except MilepostError as error:
        text = f"#{old.number} could not be parked: {error}"
        bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=text))
