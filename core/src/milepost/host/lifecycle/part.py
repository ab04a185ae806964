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
from milepost.host.lifecycle.prune import draining, prune
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.recovery import recover
from milepost.host.lifecycle.releasing import Opening, release, retire
from milepost.host.lifecycle.staging import Order, deploy, run_task
from milepost.host.lifecycle.subject import Subject, plain_terms, terms_of
from milepost.host.lifecycle.unchanged import decide, is_closed, note_unchanged
from milepost.host.lifecycle.workers import Worker
from milepost.host.project.hooks import tasks, verify
from milepost.sdk.artifact import Artifact
from milepost.sdk.deployment import Health
from milepost.sdk.errors import (
    CancelledError,
    HistoryUnreachableError,
    MilepostError,
    OperationError,
    VerifyFailedError,
)
from milepost.sdk.events import Decided, Warned
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
        verb = self.part.request.verb
        if verb == "stop":
            park_live(self.bench, self.part, self.subject, self.live)
        elif verb == "start":
            self.deployment = unpark_live(self.bench, self.part, self.subject, self.live)
            if self.live.release is not None and self.live.release.plugin is not None:
                # It may have come back with other endpoints, which its releaser has to know.
                self._open_again(self.deployment, self.live.release)
        elif self.unchanged and self.live.release is not None and self.live.deployment is not None:
            public = ask_public(self.bench, self.subject, self.live)
            if is_closed(self.bench, self.subject, public):
                self._open_again(self.live.deployment, self.live.release)
                return
            note_unchanged(self.bench, self.part, self.subject, self.live.release, public)
            self._tidy_up(self.live.deployment)
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

    def _open_again(self, deployment: Operation, release: Operation) -> None:
        """Release what is live already as it was."""
        self._open(Opening(deployment=deployment, live=self.live, releaser=None, restores=release))

    def _open(self, opening: Opening) -> None:
        """Release, go back if the check asks for it, then retire and prune what was replaced."""
        self.subject = self.subject.with_artifact(opening.deployment.artifact)
        ready = self._with_releaser(opening)
        try:
            release(self.bench, self.part, self.subject.with_deployment(ready.deployment), ready)
        except VerifyFailedError:
            if ready.verify is not None and ready.verify.on_failure == "rollback" and ready.replaced is not None:
                self._go_back(ready)
            raise
        self._tidy_up(ready.deployment)

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

    def _tidy_up(self, released: Operation) -> None:
        """Tidy up; that it cannot be done while the history is out of reach is a warning on a release that happened."""
        bench, holding = self.bench, self.bench.holding
        try:
            # Waiting for it would use up the lease under which the release is to come to its end.
            if holding is None or holding.reaches():
                self._tidy(released)
                return
            why = f"the history at {bench.history.store.place} cannot be reached"
        except HistoryUnreachableError as error:
            why = str(error)
        text = f"what was replaced stays as it is until the next run: {why}"
        bench.emit(Warned(at=bench.clock(), app=self.subject.app.name, text=text))

    def _tidy(self, released: Operation) -> None:
        """Park what no longer has the traffic, and destroy what is no longer wanted."""
        bench, part, subject = self.bench, self.part, self.subject
        live = self._recorded(released.id)
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
                self._retire(each)
        if part.request.choices.prune and part.request.verb not in ("rollback", "start"):
            prune(bench, part, subject, live)

    def _retire(self, old: Operation) -> None:
        """Park one; that it cannot be done is a warning on a release that succeeded."""
        try:
            retire(self.bench, self.part, self.subject, old)
        except CancelledError:
            raise
        except MilepostError as error:
            text = f"#{old.number} could not be parked: {error}"
            self.bench.emit(Warned(at=self.bench.clock(), app=self.subject.app.name, text=text))

    def _adopt_orphans(self) -> None:
        adopt_orphans(self.bench, self.part, self.subject, self.part.request.orphans)

    def _destroy_orphans(self) -> None:
        destroy_orphans(self.bench, self.part, self.subject, self.part.request.orphans)

    def _destroy(self) -> None:
        if self.goal.close:
            close_app(self.bench, self.part, self.subject)
        destroy_all(self.bench, self.part, self.subject, self.goal.destroy)
