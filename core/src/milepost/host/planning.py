"""Planning: what an `up` would do for each app, asked at once; nothing is changed and nothing is recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from milepost.host.assembly import Host
from milepost.host.cancel import Cancel
from milepost.host.clock import system_clock
from milepost.host.git import source_of
from milepost.host.inquiry import quiet_bench
from milepost.host.lifecycle.ahead import AppAhead
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.forecasting import Forecaster
from milepost.host.lifecycle.freezing import refuse_frozen
from milepost.host.lifecycle.plan import AppPlan, plan
from milepost.host.lifecycle.protecting import refuse_dirty
from milepost.host.lifecycle.requesting import check_ready
from milepost.host.lifecycle.todays import Given, subject_of
from milepost.host.lifecycle.workspace import project_here
from milepost.host.outside import User, world
from milepost.host.rounds import Question, in_time
from milepost.sdk.errors import MilepostError, OperationError, RefusedError
from milepost.sdk.record import Source
from milepost.sdk.request import Request

LIMIT = 20.0
"""How long the plugins may take for their answers, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What an `up` would do."""

    project: str
    workspace: str
    source: Source
    """What the project's folder is, as git knows it."""
    apps: tuple[AppAhead, ...]
    refusals: tuple[RefusedError, ...] = ()
    """Why it would be refused as a whole."""

    @property
    def is_possible(self) -> bool:
        """Whether nothing is known to be in the way."""
        return not self.refusals and all(each.is_possible for each in self.apps)


def forecast(host: Host, request: Request, limit: float = LIMIT, *, asks: bool = True) -> Forecast:
    """Return what the request, an `up`, would do. Unless it `asks`, what config sources give is not known.

    Raises ProjectFileError for a file that cannot be carried out, UnknownNameError.
    """
    check_ready(host, request)
    plans, refusals = _plans(host, request)
    bench = quiet_bench(host)
    user = User(host.environment, host.folder, None, bench.masker.add)
    outside = world(host.project, bench.plugins, user, asks=asks)
    given = Given(host.environment, host.folder, bench.plugins, request.variables, request.labels, outside=outside)
    return Forecast(
        project=host.project.name,
        workspace=request.workspace,
        source=source_of(host.project.folder, host.environment),
        apps=tuple(_look_ahead(_Lookout(host, bench, request.workspace, given), plans, limit)),
        refusals=refusals,
    )


def _plans(host: Host, request: Request) -> tuple[Sequence[AppPlan], tuple[RefusedError, ...]]:
    """Return which apps it is about and in which order, and why it would be refused, if it would."""
    project = project_here(host, request)
    refusals: list[RefusedError] = []
    plans: Sequence[AppPlan] = [AppPlan(app=app, phases=("deploy",)) for app in request.apps or project.apps]
    try:
        plans = plan(request, project, host.history)
    except RefusedError as error:
        refusals.append(error)
    checks: list[Callable[[], None]] = [
        lambda: refuse_dirty(host, request),
        lambda: refuse_frozen(host.store, request.workspace, request.verb, system_clock()),
    ]
    for refuse in checks:
        try:
            refuse()
        except RefusedError as error:
            refusals.append(error)
    return plans, tuple(refusals)


@dataclass(frozen=True)
class _Lookout:
    """Where one looks ahead from."""

    host: Host
    bench: Bench
    workspace: str
    given: Given

    def look(self, planned: AppPlan, cancel: Cancel) -> AppAhead:
        """Return what lies ahead of an app; what stops the look itself is in the way of the app, too."""
        bench = dataclasses.replace(self.bench, cancel=cancel)
        try:
            subject = subject_of(self.host.project, planned.app, self.workspace, 0, self.given)
            found = Forecaster(bench, subject).ahead(only_build=planned.phases == ("build",))
        except MilepostError as error:
            found = AppAhead(app=planned.app, troubles=[error])
        found.waits_for = tuple(sorted(planned.waits_for))
        return found


def _look_ahead(lookout: _Lookout, plans: Sequence[AppPlan], limit: float) -> list[AppAhead]:
    """Return what lies ahead of all apps."""
    found: dict[str, AppAhead] = {}

    def ask(planned: AppPlan) -> Question:
        def look(cancel: Cancel) -> None:
            try:
                found[planned.app] = lookout.look(planned, cancel)
            except Exception as error:  # one app must not keep the others from being told
                trouble = OperationError(f"cannot be planned: {type(error).__name__}: {error}")
                found[planned.app] = AppAhead(app=planned.app, troubles=[trouble])

        return look

    in_time([ask(each) for each in plans], limit)
    late = OperationError(f"gave no answer within {limit:g} s", hint=f"milepost plan --limit {limit * 6:g}")
    told = dict(found)
    return [told.get(each.app) or AppAhead(app=each.app, troubles=[late]) for each in plans]
