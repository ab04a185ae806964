"""The conduct of a run: the parent writes its record, takes the locks, calls the phases, and says how it ended."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from milepost import __version__
from milepost.host.assembly import Host
from milepost.host.clock import system_clock
from milepost.host.git import source_of
from milepost.host.history.journal import identify
from milepost.host.lifecycle.crew import Crew
from milepost.host.lifecycle.freezing import refuse_frozen
from milepost.host.lifecycle.goal import PHASES, Part, Phase
from milepost.host.lifecycle.going_back import left
from milepost.host.lifecycle.interrupts import Interrupts
from milepost.host.lifecycle.locking import Locks, refuse_inside
from milepost.host.lifecycle.part import LOCKED_PHASES
from milepost.host.lifecycle.plan import AppPlan, plan
from milepost.host.lifecycle.preview import leads_somewhere, preview
from milepost.host.lifecycle.protecting import refuse_dirty
from milepost.host.lifecycle.recovery import end_dead_runs
from milepost.host.lifecycle.requesting import check_ready, recorded_request
from milepost.host.lifecycle.subject import lock_name
from milepost.host.lifecycle.verdict import verdict
from milepost.host.lifecycle.workspace import project_here
from milepost.sdk.errors import HistoryUnreachableError, MilepostError
from milepost.sdk.events import Event, RunFinished, RunStarted, Waiting, Warned
from milepost.sdk.record import Operation, Run
from milepost.sdk.request import Request

Listen = Callable[[Event], None]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended."""

    run: Run
    operations: tuple[Operation, ...]
    exit_status: int
    is_known: bool = True
    """Whether the history could be asked for the operations."""
    plan: tuple[str, ...] = ()
    """What a dry run would do, in lines."""


def carry_out(host: Host, request: Request, listen: Listen, *, interrupts: Interrupts | None = None) -> Outcome:
    """Carry out a request and return how it ended. What is wrong before anything begins is raised."""
    if request.choices.dry_run:
        return _dry_run(host, request)
    host.writable_store()
    known = host.history.run(request.id)
    if known is not None:
        return _outcome(host, known)
    refuse_dirty(host, request)
    plans = plan(request, project_here(host, request), host.history)
    refuse_frozen(host.store, request.workspace, request.verb, system_clock())
    names = [lock_name(request.workspace, each.app) for each in plans]
    refuse_inside(host.project.name, names, host.environment, host.store)
    heard = interrupts or Interrupts()
    crew = Crew(request.id, host.history, heard, listen)
    with heard.heard():
        crew.hire([each.app for each in plans], host.environment)
        try:
            check_ready(host, request)
        except BaseException:
            crew.send_home()
            raise
        return _Conduct(host, request, listen, heard).carry_out(plans, crew)


def _outcome(host: Host, run: Run) -> Outcome:
    """Return how a run has ended; while it goes on, its exit status is 0."""
    operations = tuple(reversed(host.history.operations({"run": run.id})))
    return Outcome(run=run, operations=operations, exit_status=run.exit_status or 0)


def _dry_run(host: Host, request: Request) -> Outcome:
    """Return what would be done."""
    check_ready(host, request)
    plans = plan(request, project_here(host, request), host.history)
    lines = tuple(line for each in plans for line in preview(request, each, host.history))
    lines += tuple(_left(host, request, plans))
    fine = all(leads_somewhere(request, each, host.history) for each in plans)
    return Outcome(run=_record(host, request, ()), operations=(), exit_status=0 if fine else 1, plan=lines)


def _left(host: Host, request: Request, plans: tuple[AppPlan, ...]) -> Iterator[str]:
    """Yield which apps a rollback that names none leaves as they are, and why."""
    if request.verb == "rollback" and not request.apps:
        goes = [each.app for each in plans]
        yield from left(request.workspace, host.project, host.history, goes, request.target)


def _record(host: Host, request: Request, apps: tuple[str, ...]) -> Run:
    """Return the run's record as it begins."""
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
        labels=request.labels,
        milepost=__version__,
    )


def _turns(plans: tuple[AppPlan, ...]) -> Iterator[tuple[Phase, list[AppPlan]]]:
    """Yield the phases with the apps that may take part: the builds of all, then the rest wave by wave."""
    yield "build", list(plans)
    for wave in sorted({each.wave for each in plans}):
        mine = [each for each in plans if each.wave == wave]
        yield from ((phase, mine) for phase in PHASES if phase != "build")


class _Conduct:
    """One run."""

    def __init__(self, host: Host, request: Request, listen: Listen, interrupts: Interrupts) -> None:
        self._host, self._request, self._listen, self._interrupts = host, request, listen, interrupts

    def carry_out(self, plans: tuple[AppPlan, ...], crew: Crew) -> Outcome:
        """Carry it out."""
        began = time.monotonic()
        is_lonely = self._is_lonely()
        locks = Locks(self._host.store, self._request, self._interrupts.cancel)
        try:
            run = self._begin(tuple(each.app for each in plans), locks)
        except BaseException:
            crew.send_home()
            locks.release()
            raise
        if is_lonely:
            self._warn_of_lonely_history()
        for text in _left(self._host, self._request, plans):
            self._listen(Warned(at=system_clock(), text=text))
        error: BaseException | None = None
        try:
            self._phases(run, plans, crew, locks)
        except BaseException as caught:  # written down first; a bug of ours is raised again below
            error = caught
        try:
            crew.end(f"the run failed: {error}" if error else "")
            # How the run ended is true whoever has the locks of its apps by now.
            self._host.store.fence(())
            outcome = self._end(run, crew, error, time.monotonic() - began)
        finally:
            locks.release()
        if error is not None and not isinstance(error, MilepostError):
            raise error
        return outcome

    def _begin(self, apps: tuple[str, ...], locks: Locks) -> Run:
        """Write the run's record, and tell. Whoever sees it sees its lock, too."""
        end_dead_runs(self._host.history, system_clock())
        locks.begin()
        run = self._host.history.append_run(_record(self._host, self._request, apps))
        locks.numbered(run.number)
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

    def _is_lonely(self) -> bool:
        """Return whether this is the first run in a CI machine's own history."""
        host = self._host
        has_place = host.environment.get("MILEPOST_HISTORY") or host.project.history_path or host.is_shared
        return bool(host.environment.get("CI")) and not has_place and not host.history.runs(limit=1)

    def _warn_of_lonely_history(self) -> None:
        """Say that a history on a CI machine is seen by nobody, and goes with the machine."""
        text = (
            f"this history begins at {self._host.store.place} of a CI machine, where nobody else sees it; "
            'share one by history { use "postgres" { url = … } } or MILEPOST_HISTORY=postgres://…, '
            "or set MILEPOST_HISTORY to a folder that lasts between jobs"
        )
        self._listen(Warned(at=system_clock(), text=text))

    def _phases(self, run: Run, plans: tuple[AppPlan, ...], crew: Crew, locks: Locks) -> None:
        """Go through the phases; all apps finish one before any begins the next.

        What was never live, and others need, goes live before these begin to deploy.
        """
        for each in plans:
            crew.begin(self._part(run, each, locks), locks.handles)
        apps = [each.app for each in plans if set(each.phases) & set(LOCKED_PHASES)]
        for phase, wave in _turns(plans):
            going = [each for each in wave if phase in each.phases and each.app not in crew.failed]
            if not going:
                continue
            if phase in LOCKED_PHASES and not locks.has_apps:
                self._lock(locks, [app for app in apps if app not in crew.failed])
            locks.check()
            crew.carry_out(phase, going, locks)
            if crew.failed and not self._request.choices.independent:
                return

    def _part(self, run: Run, planned: AppPlan, locks: Locks) -> Part:
        """Return what the process of an app is told."""
        return Part(
            request=self._request,
            run=run.id,
            number=run.number,
            app=planned.app,
            project=self._host.project.document().decode(errors="surrogatepass"),
            phases=planned.phases,
            goal=planned.goal,
            leases=locks.leases,
            store=self._host.whereabouts,
            writer=run.writer,
            source=run.source,
        )

    def _lock(self, locks: Locks, apps: list[str]) -> None:
        """Take the locks of the apps."""
        names = [lock_name(self._request.workspace, app) for app in apps]
        choices = self._request.choices

        def told(text: str) -> None:
            self._listen(Waiting(at=system_clock(), text=text))

        locks.take(names, choices.lock_timeout, told, preempt=choices.preempt)
        # Somebody may have frozen the workspace while this run waited.
        refuse_frozen(self._host.store, self._request.workspace, self._request.verb, system_clock())

    def _end(self, run: Run, crew: Crew, error: BaseException | None, seconds: float) -> Outcome:
        """Write how the run ended, and tell."""
        known = self._operations(run)
        operations = known or ()
        failed = tuple(crew.failed.values())
        status, exit_status, failure = verdict(failed, error, operations, self._interrupts.cancel.is_asked)
        ended = msgspec.structs.replace(
            run, status=status, ended=system_clock(), failure=failure, exit_status=exit_status
        )
        self._host.history.amend(ended)
        if self._host.is_shared and (waiting := self._host.undelivered()):
            text = f"the history cannot be reached: {waiting} entries wait here until the next run delivers them"
            self._listen(Warned(at=system_clock(), text=text))
        self._listen(
            RunFinished(at=system_clock(), number=run.number, status=status, exit_status=exit_status, seconds=seconds)
        )
        return Outcome(run=ended, operations=operations, exit_status=exit_status, is_known=known is not None)

    def _operations(self, run: Run) -> tuple[Operation, ...] | None:
        """Return what the run did, oldest first; None while nobody can tell."""
        try:
            return tuple(reversed(self._host.history.operations({"run": run.id})))
        except HistoryUnreachableError:
            return None
