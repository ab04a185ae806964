"""What a dry run says it would do."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.host.history.journal import History
from milepost.host.lifecycle.going_back import dead_end
from milepost.host.lifecycle.plan import AppPlan
from milepost.sdk.record import Operation
from milepost.sdk.request import Request


def preview(request: Request, planned: AppPlan, history: History) -> Iterator[str]:
    """Yield what would be done for one app, as far as the history knows."""
    if request.verb == "rollback":
        yield _back(request, planned, history)
    elif planned.goal.close:
        standing = history.deployments(planned.app, request.workspace)
        numbers = ", ".join(f"#{each.number}" for each in standing) or "nothing"
        yield f"{planned.app}: close it to traffic and destroy {numbers}"
    else:
        yield f"{planned.app}: {', '.join(planned.phases)}"


def leads_somewhere(request: Request, planned: AppPlan, history: History) -> bool:
    """Return whether the run could do for one app what is asked: a rollback needs something to go back to."""
    if request.verb != "rollback" or planned.goal.may_stay:
        return True
    live = history.live(planned.app, request.workspace)
    return live is not None and _target(planned, history, live) is not None


def _back(request: Request, planned: AppPlan, history: History) -> str:
    """Return what a rollback would do."""
    live = history.live(planned.app, request.workspace)
    if live is None:
        return f"{planned.app}: nothing is live"
    if planned.goal.may_stay:
        return f"{planned.app}: {dead_end(live, history).why}; it stays as it is"
    target = _target(planned, history, live)
    if target is None:
        end = dead_end(live, history)
        return f"{planned.app}: {end.why}" + (f"   {end.hint}" if end.hint else "")
    stands = target.presence in ("parked", "released", "staged")
    how = f"it stands ({target.presence})" if stands else "its artifact is deployed again with its recorded config"
    return f"{planned.app}: back from #{live.number} to #{target.number}; {how}; no tasks, and no migration is undone"


def _target(planned: AppPlan, history: History, live: Operation) -> Operation | None:
    """Return the deployment that the rollback would go to."""
    if planned.goal.back_to is None:
        return history.operation(live.previous) if live.previous else None
    where: dict[str, str | int] = {"app": planned.app, "stage": "release", "number": planned.goal.back_to}
    release = next(iter(history.operations(where, limit=1)), None)
    return history.operation(release.target) if release and release.target else None
