"""The conduct of a run: the parent takes the locks, calls the phases, hears the events and writes how it ended."""

from __future__ import annotations

import os
import queue
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from milepost.host.assembly import Host, system_clock
from milepost.host.cancel import Cancel
from milepost.host.git import source_of
from milepost.host.history.journal import identify
from milepost.host.lifecycle.children import AppProcess, Heard
from milepost.host.lifecycle.goal import PHASES, Part, Phase
from milepost.host.lifecycle.locking import Locks, refuse_inside
from milepost.host.lifecycle.part import LOCKED_PHASES
from milepost.host.lifecycle.plan import AppPlan, plan
from milepost.host.lifecycle.recovery import settle
from milepost.host.lifecycle.requesting import check_ready, recorded_request
from milepost.host.lifecycle.subject import lock_name
from milepost.host.lifecycle.verdict import verdict
from milepost.sdk.errors import MilepostError
from milepost.sdk.events import Event, PhaseFinished, RunFinished, RunStarted, Waiting, Warned
from milepost.sdk.record import Operation, Run
from milepost.sdk.request import Request

TICK = 0.2
"""How often the parent looks for signals and wishes to cancel while nothing happens, in seconds."""

Listen = Callable[[Event], None]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended."""

    run: Run
    operations: tuple[Operation, ...]
    exit_status: int
    plan: tuple[str, ...] = ()
    """What a dry run would do, in lines."""


@dataclass
class Interrupts:
    """The signals that asked this process to end: the first is a cancel, the second abandons."""

    cancel: Cancel = field(default_factory=Cancel)
    count: int = 0

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen to them while the context lasts."""
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._hear) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, number: int, frame: object) -> None:
        self.count += 1
        self.cancel.ask(signal.Signals(number).name)


def carry_out(host: Host, request: Request, listen: Listen, *, interrupts: Interrupts | None = None) -> Outcome:
    """Carry out a request and return how it ended; what is wrong before it begins is raised."""
    heard = interrupts or Interrupts()
    with heard.heard():
        return _Conduct(host, request, listen, heard).carry_out()


class _Conduct:
    """One run."""

    def __init__(self, host: Host, request: Request, listen: Listen, interrupts: Interrupts) -> None:
        self._host, self._request, self._listen, self._interrupts = host, request, listen, interrupts
        self._plans: tuple[AppPlan, ...] = ()
        self._children: dict[str, AppProcess] = {}
        self._failed: dict[str, PhaseFinished] = {}
        self._heard: queue.Queue[Heard] = queue.Queue()
        self._locked = False
        self._asked_at: float | None = None
        self._run: Run
        self._locks: Locks

    def carry_out(self) -> Outcome:
        """Carry it out."""
        host, request = self._host, self._request
        check_ready(host, request)
        host.writable_store()
        self._plans = plan(request, host.project, host.history)
        apps = tuple(each.app for each in self._plans)
        names = [lock_name(request.workspace, each.app) for each in self._locked_plans()]
        refuse_inside(host.project.name, names, host.environment)
        if request.choices.dry_run:
            return self._dry_run()
        began = time.monotonic()
        self._run = self._begin(apps)
        self._locks = Locks(host.store, self._run, self._interrupts.cancel)
        error: MilepostError | None = None
        try:
            self._phases()
        except MilepostError as caught:
            error = caught
        finally:
            self._end_children()
            self._locks.release()
        return self._end(error, time.monotonic() - began)

    def _locked_plans(self) -> list[AppPlan]:
        """Return the plans that change something that others might change, too."""
        return [each for each in self._plans if set(each.phases) & set(LOCKED_PHASES)]

    def _dry_run(self) -> Outcome:
        """Say what would be done."""
        lines = tuple(f"{each.app}: {', '.join(each.phases)}" for each in self._plans)
        return Outcome(run=self._record(()), operations=(), exit_status=0, plan=lines)

    def _record(self, apps: tuple[str, ...]) -> Run:
        """Return the run's record as it begins."""
        request, host = self._request, self._host
        return Run(
            id=request.id,
            project=request.project,
            workspace=request.workspace,
            verb=request.verb,
            apps=apps,
            started=system_clock(),
            writer=identify(os.getpid()),
            source=source_of(host.project.folder, host.environment),
            request=recorded_request(host, request),
            user=request.user,
            host=request.host,
            ci=request.ci,
            why=request.why,
        )

    def _begin(self, apps: tuple[str, ...]) -> Run:
        """Write the run's record, and tell."""
        run = self._host.history.append_run(self._record(apps))
        source = run.source
        commit = f'{source.commit[:7]} "{source.subject}"' if source.commit else ""
        if source.dirty is not None:
            commit += ", changed since" if source.dirty else ", clean"
        self._listen(
            RunStarted(
                at=run.started,
                run=run.id,
                number=run.number,
                project=run.project,
                workspace=run.workspace,
                verb=run.verb,
                apps=apps,
                commit=commit,
            )
        )
        return run

    def _phases(self) -> None:
        """Go through the phases; all apps finish one before any begins the next."""
        for each in self._plans:
            self._start(each)
        for phase in PHASES:
            plans = [each for each in self._plans if phase in each.phases and each.app not in self._failed]
            if not plans:
                continue
            if phase in LOCKED_PHASES and not self._locked:
                self._lock()
            self._phase(phase, plans)
            if self._failed and not self._request.choices.independent:
                return

    def _start(self, planned: AppPlan) -> None:
        """Start the process of an app."""
        part = Part(
            request=self._request,
            run=self._run.id,
            number=self._run.number,
            app=planned.app,
            project=self._host.project.document().decode(),
            phases=planned.phases,
            goal=planned.goal,
            store=self._host.store.place,
            writer=self._run.writer,
            source=self._run.source,
        )
        self._children[planned.app] = AppProcess(part, self._host.environment, self._heard)

    def _lock(self) -> None:
        """Take the locks of all apps that go on."""
        plans = [each for each in self._locked_plans() if each.app not in self._failed]
        names = [lock_name(self._request.workspace, each.app) for each in plans]
        choices = self._request.choices
        self._locks.take(names, choices.lock_timeout, self._wait_told, choices.preempt)
        self._locked = True

    def _wait_told(self, text: str) -> None:
        """Tell that we wait."""
        self._listen(Waiting(at=system_clock(), text=text))

    def _phase(self, phase: Phase, plans: list[AppPlan]) -> None:
        """Have all apps do a phase, each after those it waits for."""
        waiting = {each.app: each for each in plans}
        going: set[str] = set()
        done: set[str] = set()
        while waiting or going:
            for app, planned in list(waiting.items()):
                if self._interrupts.cancel.is_asked or planned.waits_for & set(self._failed):
                    del waiting[app]
                    self._not_begun(app, phase)
                elif not planned.waits_for & (set(waiting) | going) - done:
                    del waiting[app]
                    going.add(app)
                    self._children[app].go(phase, self._locks.handles if self._locked else ())
            if going:
                ended = self._hear(phase, going)
                going -= ended
                done |= ended

    def _not_begun(self, app: str, phase: Phase) -> None:
        """Note an app that does not go on, because of another one or of a cancel."""
        cancelled = self._interrupts.cancel.is_asked
        self._failed[app] = PhaseFinished(
            at=system_clock(),
            app=app,
            phase=phase,
            ok=False,
            error="cancelled" if cancelled else "an app that it depends on failed",
            code="cancelled" if cancelled else "dependency",
            exit_status=130 if cancelled else 1,
        )

    def _hear(self, phase: Phase, going: set[str]) -> set[str]:
        """Wait for something to happen; return the apps that are through with the phase."""
        try:
            heard = self._heard.get(timeout=TICK)
        except queue.Empty:
            self._look_for_cancel()
            return set()
        if heard.event is None:
            return {heard.app} if self._bury(heard.app, phase) else set()
        if not isinstance(heard.event, PhaseFinished):
            self._listen(heard.event)
            return set()
        if not heard.event.ok:
            self._failed[heard.app] = heard.event
        return {heard.app}

    def _look_for_cancel(self) -> None:
        """Pass on a wish to end; when the grace has passed, or it was said twice, end the children."""
        cancel = self._interrupts.cancel
        if not cancel.is_asked and self._host.store.cancel_asked(self._run.id):
            cancel.ask("milepost cancel")
        if not cancel.is_asked:
            return
        if self._asked_at is None:
            self._asked_at = time.monotonic()
            for child in self._children.values():
                child.cancel("asked to end")
        late = time.monotonic() - self._asked_at > self._request.choices.grace
        if late or self._interrupts.count > 1:
            for child in self._children.values():
                child.kill()

    def _bury(self, app: str, phase: Phase) -> bool:
        """Write down what a dead child left; return whether it was news."""
        if app in self._failed:
            return False
        cancelled = self._interrupts.cancel.is_asked
        self._settle_left(app)
        self._failed[app] = PhaseFinished(
            at=system_clock(),
            app=app,
            phase=phase,
            ok=False,
            error="its process died" if not cancelled else "it was abandoned before it had cleaned up",
            code="interrupted",
            exit_status=130 if cancelled else 1,
        )
        return True

    def _settle_left(self, app: str) -> None:
        """End what a dead child had begun, and say so in its records."""
        left = self._host.history.operations({"run": self._run.id, "app": app, "status": "running"})
        for each in left:
            settle(self._host.history, each, system_clock())
            text = f"{each.label} was interrupted; the next run cleans up"
            self._listen(Warned(at=system_clock(), app=app, text=text))

    def _end_children(self) -> None:
        """See every child to its end, with all that it still says."""
        for child in self._children.values():
            if self._interrupts.count > 1:
                child.kill()
            else:
                child.end()
        while not self._heard.empty():
            event = self._heard.get().event
            if event is not None and not isinstance(event, PhaseFinished):
                self._listen(event)

    def _end(self, error: MilepostError | None, seconds: float) -> Outcome:
        """Write how the run ended, and tell."""
        operations = tuple(reversed(self._host.history.operations({"run": self._run.id})))
        status, exit_status, failure = verdict(
            tuple(self._failed.values()), error, operations, self._interrupts.cancel.is_asked
        )
        run = msgspec.structs.replace(
            self._run, status=status, ended=system_clock(), failure=failure, exit_status=exit_status
        )
        self._host.history.amend(run)
        told = RunFinished(
            at=system_clock(), number=run.number, status=status, exit_status=exit_status, seconds=seconds
        )
        self._listen(told)
        return Outcome(run=run, operations=operations, exit_status=exit_status)
