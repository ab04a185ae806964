"""One app's part of a run, phase by phase: pure over its arguments, so that fakes can carry it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from milepost.host.lifecycle import making
from milepost.host.lifecycle.adopting import adopt_orphans, destroy_orphans
from milepost.host.lifecycle.aim import aim, still_releasable
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.choosing import choose_releaser, recorded_order, todays_order
from milepost.host.lifecycle.closing import close_app, destroy_all, park_live, unpark_live
from milepost.host.lifecycle.elsewhere import refuse_elsewhere
from milepost.host.lifecycle.foreign import refuse_foreign
from milepost.host.lifecycle.goal import Part, Phase
from milepost.host.lifecycle.hiding import hide_variables
from milepost.host.lifecycle.live import Live, ask_public, find_live
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.recovery import recover
from milepost.host.lifecycle.releasing import Opening, release, retire
from milepost.host.lifecycle.scaling import scale
from milepost.host.lifecycle.staging import Order, deploy, run_task
from milepost.host.lifecycle.subject import Subject, terms_of
from milepost.host.lifecycle.tidying import tidy_up
from milepost.host.lifecycle.unchanged import decide, is_closed, note_unchanged
from milepost.host.lifecycle.weighing import abort, tell_end, weigh
from milepost.host.lifecycle.workers import Worker
from milepost.host.project.hooks import tasks, verify
from milepost.sdk.artifact import Artifact
from milepost.sdk.deployment import Health
from milepost.sdk.errors import HistoryUnreachableError, OperationError, VerifyFailedError
from milepost.sdk.record import Operation

TOUCHING = frozenset({"release", "park", "unpark", "destroy"})
"""The stages that may change what is live."""

SKIP_TASKS = ("rollback", "restart", "release", "stop", "start", "destroy")
"""What runs no tasks: nothing new starts, or what starts has had its tasks."""

LOCKED_PHASES: tuple[Phase, ...] = ("task", "deploy", "release", "destroy")


class AppPart:
    """What one app does in one run; what a phase made is kept for the next."""

    def __init__(self, bench: Bench, part: Part, subject: Subject) -> None:
        self.bench, self.part, self.subject, self.goal = bench, part, subject, part.goal
        self.artifact: Artifact | None = None
        self.build: str | None = None
        self.deployment: Operation | None = None
        self.live = Live()
        self.unchanged = False
        self._found: Health | None = None
        """How what is live was found to be, where it stays."""
        self._order: Order | None = None
        self._settled = False
        hide_variables(bench, subject)
        refuse_elsewhere(bench, part, subject)

    def carry_out(self, phase: Phase) -> None:
        """Do this app's share of a phase. Raises what stops the app."""
        if phase in LOCKED_PHASES and not self._settled:
            self._settle()
        if self.goal.may_stay:
            return
        steps: dict[Phase, Callable[[], None]] = {
            "build": self._build,
            "task": self._task,
            "deploy": self._deploy,
            "release": self._release,
            "destroy": self._destroy,
        }
        if self.part.request.orphans:
            steps = {"deploy": self._adopt_orphans, "destroy": self._destroy_orphans}
        steps[phase]()

    @property
    def live_changed(self) -> bool:
        """Whether something else is live than when the lock was taken."""
        if not self._settled:
            return False
        try:
            return self._is_live_another()
        except HistoryUnreachableError:
            return bool(self.bench.history.begun & TOUCHING)

    def _is_live_another(self) -> bool:
        """Return whether something else is live than before, as the releaser says."""
        now = find_live(self.bench, self.subject).deployment
        before = self.live.deployment
        if now is None or before is None:
            return (now is None) != (before is None)
        return now.id != before.id or (now.presence == "parked") != (before.presence == "parked")

    def _settle(self) -> None:
        """With the lock in hand: end what the dead left, and look at what is live."""
        refuse_foreign(self.bench, self.part, self.subject)
        recover(self.bench, self.part, self.subject)
        self.live = find_live(self.bench, self.subject)
        self._settled = True
        self.goal = aim(self.bench, self.part, self.subject, self.live)

    def _build(self) -> None:
        goal = self.goal
        if goal.copy and goal.artifact_of is not None:
            made: Operation | None = making.copy(self.bench, self.part, self.subject, self._recorded(goal.artifact_of))
        else:
            made = making.build(self.bench, self.part, self.subject)
        if made is not None:
            self._use(made)

    def _use(self, made: Operation) -> None:
        """Go on with the artifact of that operation."""
        self.artifact, self.build = made.artifact, made.build if made.stage == "deploy" else made.id
        self.subject = self.subject.with_artifact(made.artifact)

    def _recorded(self, id: str) -> Operation:
        """Return an operation that the history must have."""
        found = self.bench.history.operation(id)
        if found is None:
            raise OperationError(f"the history has no operation {id}")
        return found

    def _ordered(self) -> Order:
        """Return what is to be deployed, worked out once."""
        if self._order is None:
            goal = self.goal
            if goal.config_of is not None:
                origin = self._recorded(goal.config_of)
                self.subject = self.subject.with_artifact(origin.artifact)
                self._order = recorded_order(self.bench, self.subject, origin, self.live)
            else:
                if goal.artifact_of is not None and self.build is None:
                    self._use(self._recorded(goal.artifact_of))
                self._order = todays_order(self.bench, self.subject, self.artifact, self.build, self.live)
        return self._order

    def _task(self) -> None:
        if self.goal.release is not None:
            return
        order = self._ordered()
        if self.part.request.verb in ("up", "deploy", "promote"):
            found = decide(self.bench, self.part, self.subject, self.live, order)
            self.unchanged, self._found = found.reason is None, found.health
        if self.unchanged or self.part.request.verb in SKIP_TASKS:
            return
        for task in tasks(self.subject.app, self.subject.within(self.subject.app.deploy)):
            run_task(self.bench, self.part, self.subject, order, task)

    def _deploy(self) -> None:
        if self.part.request.choices.abort:
            return
        if self.goal.release is not None:
            self.deployment = still_releasable(self.subject, self._recorded(self.goal.release))
        elif self.unchanged and self.live.deployment is not None:
            self.deployment = self.live.deployment
            note_unchanged(self.bench, self.part, self.subject, self.live.deployment, self._found)
        else:
            order = self._ordered()
            self.deployment = deploy(self.bench, self.part, self.subject, order)
        self.subject = self.subject.with_artifact(self.deployment.artifact)

    def _release(self) -> None:
        verb, choices = self.part.request.verb, self.part.request.choices
        if choices.abort:
            abort(self.bench, self.part, self.subject, self.live)
        elif choices.weight is not None:
            self._weigh(choices.weight)
        elif verb == "scale":
            scale(self.bench, self.part, self.subject, self.live, self._open_changed)
        elif verb == "stop":
            park_live(self.bench, self.part, self.subject, self.live)
        elif verb == "start":
            self._open_changed(unpark_live(self.bench, self.part, self.subject, self.live))
        elif self.unchanged and self.live.release is not None and self.live.deployment is not None:
            public = ask_public(self.bench, self.subject, self.live)
            if is_closed(self.bench, self.subject, public):
                self._open_again(self.live.deployment, self.live.release)
                return
            note_unchanged(self.bench, self.part, self.subject, self.live.release, public)
            tidy_up(self.bench, self.part, self.subject, self.live.deployment)
        else:
            assert self.deployment is not None
            restores = self.goal.restores
            self._open(
                Opening(
                    deployment=self.deployment,
                    live=self.live,
                    releaser=None,
                    verify=verify(self.subject.app, self.subject.within(self.subject.app.release)),
                    restores=self._recorded(restores) if restores else None,
                )
            )

    def _weigh(self, weight: int) -> None:
        """Send a part of the traffic to the deployment."""
        assert self.deployment is not None
        self.subject = self.subject.with_artifact(self.deployment.artifact)
        opening = self._with_releaser(Opening(deployment=self.deployment, live=self.live, releaser=None))
        weigh(self.bench, self.part, self.subject.with_deployment(self.deployment), opening, weight)

    def _open_changed(self, deployment: Operation) -> None:
        """Tell the releaser of what is live its endpoints, which may be others now."""
        self.deployment = deployment
        if self.live.release is not None and self.live.release.plugin is not None:
            self._open_again(deployment, self.live.release)

    def _open_again(self, deployment: Operation, release: Operation) -> None:
        """Release what is live already as it was."""
        self._open(Opening(deployment=deployment, live=self.live, releaser=None, restores=release))

    def _open(self, opening: Opening) -> None:
        """Release, go back if the check asks for it, then retire and prune what was replaced."""
        self.subject = self.subject.with_artifact(opening.deployment.artifact)
        ready = self._with_releaser(opening)
        tell_end(self.bench, self.subject, ready)
        try:
            release(self.bench, self.part, self.subject.with_deployment(ready.deployment), ready)
        except VerifyFailedError:
            if ready.verify is not None and ready.verify.on_failure == "rollback" and ready.replaced is not None:
                self._go_back(ready)
            raise
        tidy_up(self.bench, self.part, self.subject, ready.deployment)

    def _with_releaser(self, opening: Opening) -> Opening:
        """Return the opening with the releaser that the deployment goes through."""
        deployment = opening.deployment
        platform = worker_of(self.bench, self.subject, deployment)
        terms = terms_of(deployment, self.subject)
        subject = self.subject.with_artifact(deployment.artifact).with_deployment(deployment)
        worker: Worker[Any] | None
        if opening.restores is not None and opening.restores.plugin is not None:
            worker = worker_of(self.bench, subject, opening.restores)
        else:
            worker = choose_releaser(self.bench, subject, platform, terms)
        return Opening(
            deployment=deployment,
            live=opening.live,
            releaser=worker,
            verify=opening.verify,
            restores=opening.restores,
        )

    def _go_back(self, failed: Opening) -> None:
        """Release what was live before again, since the check after the release did not hold."""
        assert failed.replaced is not None
        fresh = self._recorded(failed.deployment.id)
        back = Opening(
            deployment=self._recorded(failed.replaced.id),
            live=Live(deployment=fresh, traffic=fresh.id),
            releaser=failed.releaser,
            restores=failed.live.release,
        )
        # Its hooks are those of a rollback.
        part = msgspec.structs.replace(self.part, request=msgspec.structs.replace(self.part.request, verb="rollback"))
        release(self.bench, part, self.subject, back)
        retire(self.bench, part, self.subject, self._recorded(fresh.id))

    def _adopt_orphans(self) -> None:
        adopt_orphans(self.bench, self.part, self.subject, self.part.request.orphans)

    def _destroy_orphans(self) -> None:
        destroy_orphans(self.bench, self.part, self.subject, self.part.request.orphans)

    def _destroy(self) -> None:
        if self.goal.close:
            close_app(self.bench, self.part, self.subject)
        destroy_all(self.bench, self.part, self.subject, self.goal.destroy)
