"""The stage that releases: the new one starts as the strategy says, the traffic moves, the old one is parked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from milepost.host.lifecycle.behalf import can_park, remove, start, stop
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.drafts import draft, hook_context
from milepost.host.lifecycle.goal import Part
from milepost.host.lifecycle.live import Live, ask_health
from milepost.host.lifecycle.operation import OpenOperation, perform
from milepost.host.lifecycle.reports import keep_report, report_on
from milepost.host.lifecycle.stepping import Told, step_for
from milepost.host.lifecycle.subject import Subject, terms_of
from milepost.host.lifecycle.verify import check_release
from milepost.host.lifecycle.workers import Worker, config_document
from milepost.host.plugins.faults import blame, demand
from milepost.host.project.hooks import Verify, hooks
from milepost.sdk.deployment import Recorded, Release
from milepost.sdk.errors import MilepostError, NotReadyError, OperationError
from milepost.sdk.record import Operation


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A deployment that is to be opened to traffic, and what it replaces."""

    deployment: Operation
    live: Live
    releaser: Worker[Any] | None
    """None: the deployment exposes nothing, or is public already."""
    verify: Verify | None = None
    restores: Operation | None = None
    """The release that a rollback brings back."""

    @property
    def replaced(self) -> Operation | None:
        """The deployment that is live and another one than the new; None if there is none."""
        old = self.live.deployment
        return None if old is None or old.id == self.deployment.id else old

    @property
    def previous(self) -> str | None:
        """What a rollback from here goes to: from a rollback, what was before the release it restores."""
        if self.restores is not None:
            return self.restores.previous
        if self.replaced is None:
            return self.live.release.previous if self.live.release else None
        return self.replaced.id


def release(bench: Bench, part: Part, subject: Subject, opening: Opening) -> Operation:
    """Open the deployment to traffic and return the release's record."""
    worker = opening.releaser
    record = draft(
        bench,
        part,
        subject,
        "release",
        plugin=worker.stamp if worker else None,
        config=config_document(bench, worker) if worker else None,
        facts=opening.deployment.facts,
        target=opening.deployment.id,
        previous=opening.previous,
        restores=opening.restores.id if opening.restores else None,
        artifact=opening.deployment.artifact,
    )
    block = subject.app.release
    around = hooks(block.hooks, subject.within(block)) if block is not None else ()

    def work(operation: OpenOperation) -> None:
        _check_verifiable(opening)
        deployment = _activate(operation, subject, opening)
        operation.change(release=_open(operation, subject, opening, deployment))
        bench.history.amend(msgspec.structs.replace(_fresh(bench, deployment), presence="released"))
        operation.result = "live"
        operation.summary = f"replaced #{opening.replaced.number}" if opening.replaced else ""
        if worker is not None:
            report_on(operation, subject, worker, operation.record)
        if opening.verify is not None:
            assert operation.record.release is not None
            with operation.timed("verify"):
                check_release(operation, opening.verify, operation.record.release, str(subject.app.path))

    return perform(bench, record, around, hook_context(part, subject), work)


def _check_verifiable(opening: Opening) -> None:
    """Raise OperationError, before anything is changed, when the check asks a URL that there will not be."""
    path = opening.verify.path if opening.verify is not None else None
    answer = opening.deployment.deployment
    if path is not None and opening.releaser is None and (answer is None or answer.url is None):
        raise OperationError(
            f"verify asks for {path}, and {opening.deployment.app} exposes nothing that could answer",
            hint="check it with a command, or take the verify block out",
        )


def _fresh(bench: Bench, operation: Operation) -> Operation:
    """Return the record as the history has it now."""
    return bench.history.operation(operation.id) or operation


def _strategy(opening: Opening) -> str:
    """Return the strategy that the deployment was made for."""
    facts = opening.deployment.facts or {}
    return str(facts.get("strategy", "blue-green"))


def _activate(operation: OpenOperation, subject: Subject, opening: Opening) -> Operation:
    """Have the deployment run, in the order of its strategy; return its record as it is then."""
    new, old = opening.deployment, opening.replaced
    strategy = _strategy(opening)
    starts = new.presence in ("prepared", "parked") or _is_parked(operation, subject, new)
    started = False
    try:
        if strategy == "stop-first" and old is not None and _may_run(operation, subject, old):
            operation.say(f"stopping #{old.number}")
            stop(operation, subject, _fresh(operation.bench, old))
        started = starts
        return start(operation, subject, new, "staged") if starts else new
    except BaseException:
        _undo(operation, subject, opening, started=started)
        raise


def _may_run(operation: OpenOperation, subject: Subject, old: Operation) -> bool:
    """Return whether a deployment has to be stopped: one that was parked may run, where a start was cut off."""
    if old.presence != "parked":
        return True
    health = ask_health(operation.bench, subject, old)
    keep_report(operation, old, "platform", health)
    return health.name != "parked"


def _is_parked(operation: OpenOperation, subject: Subject, deployment: Operation) -> bool:
    """Return whether a deployment of an earlier run was stopped. Raises NotReadyError if it cannot be released."""
    if deployment.run == operation.record.run:
        return False
    health = ask_health(operation.bench, subject, deployment)
    keep_report(operation, deployment, "platform", health)
    if health.name not in ("ready", "parked"):
        why = f"{deployment.app}#{deployment.number} is {health.name}"
        told = f"{why}: {health.message}" if health.message else why
        raise NotReadyError(told, hint=f"milepost logs {deployment.app}#{deployment.number}")
    return health.name == "parked"


def _open(operation: OpenOperation, subject: Subject, opening: Opening, deployment: Operation) -> Release:
    """Have the releaser move the traffic, if there is one."""
    worker = opening.releaser
    if worker is None:
        if deployment.deployment and deployment.deployment.endpoints:
            operation.say("there is no releaser: the deployment is public already")
        return Release(urls=(deployment.deployment.url,) if deployment.deployment and deployment.deployment.url else ())
    terms = terms_of(deployment, subject)
    bench, live = operation.bench, opening.live.traffic
    try:
        with step_for(bench, subject, operation, worker, terms) as step, blame(worker.entry, "releasing"):
            answer = worker.role.release(as_released(deployment), live, step)
        return demand(worker.entry, answer, Release, "releasing")
    except BaseException:
        _undo(operation, subject, opening, started=True)
        raise


def as_released(deployment: Operation) -> Any:
    """Return the deployment as a releaser gets it: what it is and where, not its platform's own state."""
    return Recorded(
        operation=deployment.id,
        resources=deployment.resources,
        artifact=deployment.artifact,
        deployment=deployment.deployment,
    )


def _undo(operation: OpenOperation, subject: Subject, opening: Opening, *, started: bool) -> None:
    """Go back to what ran before a release that failed: the new one stops if it started, the old one starts."""
    bench = operation.bench
    strategy = _strategy(opening)
    if strategy == "blue-green" and opening.deployment.presence != "parked":
        return
    with operation.calm(), operation.timed("going back"):
        try:
            if started:
                stop(operation, subject, _fresh(bench, opening.deployment))
            if opening.replaced is not None and strategy == "stop-first":
                operation.say(f"starting #{opening.replaced.number} again")
                start(operation, subject, _fresh(bench, opening.replaced), "released")
        except MilepostError as error:
            operation.warn(f"going back failed: {error}; nothing may be live")


def retire(bench: Bench, part: Part, subject: Subject, old: Operation) -> None:
    """Park a deployment that was replaced and has drained, as a recorded operation."""
    if old.presence in ("parked", "destroyed", "superseded"):
        return
    record = draft(bench, part, subject, "park", target=old.id)

    def work(operation: OpenOperation) -> None:
        if can_park(operation, subject, old):
            stop(operation, subject, _fresh(bench, old))
            operation.result, operation.summary = "parked", f"#{old.number}"
        else:
            operation.result, operation.summary = "kept", f"#{old.number} runs on: its platform cannot park"

    perform(bench, record, (), hook_context(part, subject), work)


def destroy(bench: Bench, part: Part, subject: Subject, deployment: Operation) -> None:
    """Destroy one deployment as a recorded operation."""
    record = draft(bench, part, subject, "destroy", target=deployment.id)

    def work(operation: OpenOperation) -> None:
        if part.request.choices.volumes:
            operation.say(f"the volumes of #{deployment.number} go, too, as {part.request.user or 'somebody'} asked")
        remove(operation, subject, deployment, Told(volumes=part.request.choices.volumes))
        operation.result, operation.summary = "destroyed", f"#{deployment.number}"

    perform(bench, record, (), hook_context(part, subject), work)
