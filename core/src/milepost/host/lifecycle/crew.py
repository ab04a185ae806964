"""The crew of a run: the processes of its apps, kept in step, heard, cancelled and, where one dies, buried."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from milepost.host.clock import system_clock
from milepost.host.history.journal import History
from milepost.host.lifecycle.children import AppProcess
from milepost.host.lifecycle.goal import Part, Phase
from milepost.host.lifecycle.inbox import Inbox
from milepost.host.lifecycle.interrupts import Interrupts
from milepost.host.lifecycle.locking import Locks
from milepost.host.lifecycle.plan import AppPlan
from milepost.host.lifecycle.recovery import ABANDONED, CUT, settle
from milepost.host.lifecycle.verdict import touches_live
from milepost.host.lifecycle.wishes import Wishes
from milepost.sdk.errors import LockLostError
from milepost.sdk.events import Event, Output, PhaseFinished, Warned
from milepost.sdk.record import Failure, Operation

SHORT = 0.01
"""How often it is looked whether a process that is to end has ended, in seconds."""

TICK = 0.2
"""How often the parent looks for signals and wishes to cancel while nothing happens, in seconds."""


class Crew:
    """The processes of a run's apps."""

    def __init__(self, run: str, history: History, interrupts: Interrupts, listen: Callable[[Event], None]) -> None:
        self.failed: dict[str, PhaseFinished] = {}
        """The apps that do not go on, and why."""
        self._run, self._history, self._interrupts, self._listen = run, history, interrupts, listen
        self._wishes = Wishes(history.store, run, interrupts.cancel)
        self._children: dict[str, AppProcess] = {}
        self._heard = Inbox()
        self._asked_at: float | None = None
        self._grace = 0.0

    def hire(self, apps: Iterable[str], environment: Mapping[str, str]) -> None:
        """Start the processes of the apps, while it is still being looked at what their parts are."""
        for app in apps:
            self._children[app] = AppProcess(app, environment, self._heard)

    def begin(self, part: Part, handles: Sequence[int]) -> None:
        """Tell the process of an app what its part is, and hand over what the run holds."""
        self._grace = part.request.choices.grace
        self._children[part.app].begin(part, handles)

    def send_home(self) -> None:
        """End all processes, which have been told nothing yet."""
        for child in self._children.values():
            child.kill()

    def carry_out(self, phase: Phase, plans: Sequence[AppPlan], locks: Locks) -> None:
        """Have the apps do a phase, each after those it waits for, and holding the given locks.

        Raises LockLostError as soon as one of these is seen to be lost, HistoryUnreachableError.
        """
        waiting = {each.app: each for each in plans}
        going: set[str] = set()
        while waiting or going:
            for app, planned in list(waiting.items()):
                if self._interrupts.cancel.is_asked or planned.waits_for & set(self.failed):
                    del waiting[app]
                    self._not_begun(app, phase)
                elif not planned.waits_for & (set(waiting) | going):
                    del waiting[app]
                    going.add(app)
                    self._children[app].go(phase, locks.leases, locks.handles)
            if going:
                going -= self._hear(phase)
                locks.look()

    def end(self, reason: str = "") -> None:
        """See every process to its end, and hear all that it still says; with a reason, it is to stop its work."""
        self._heard.open()
        for child in self._children.values():
            if self._interrupts.count > 1:
                child.kill()
                continue
            if reason:
                child.cancel(reason)
            child.dismiss()
        self._wishes.stop()
        limit = time.monotonic() + self._grace if reason else float("inf")
        for child in self._children.values():
            self._see_out(child, limit)
        while (heard := self._heard.get(0)) is not None:
            event = heard.event
            if isinstance(event, PhaseFinished) and not event.ok:
                self.failed.setdefault(heard.app, event)
            elif event is not None and not isinstance(event, PhaseFinished):
                self._listen(event)

    def _see_out(self, child: AppProcess, limit: float) -> None:
        """Wait for the end of a process; one that is to stop and has not by then is ended."""
        while not child.is_gone:
            if time.monotonic() > limit or self._interrupts.count > 1:
                child.kill()
                return
            time.sleep(SHORT)
        child.end()

    def _not_begun(self, app: str, phase: Phase) -> None:
        """Note an app that does not go on, because of another one or of a cancel."""
        if self._interrupts.cancel.is_asked:
            self._fail(app, phase, ("cancelled", "cancelled", 130))
        else:
            self._fail(app, phase, ("an app that it depends on failed", "dependency", 1))

    def _fail(self, app: str, phase: Phase, why: tuple[str, str, int], *, live_changed: bool = False) -> None:
        """Note why an app does not go on: the message, its code and its exit status."""
        error, code, exit_status = why
        self.failed[app] = PhaseFinished(
            at=system_clock(),
            app=app,
            phase=phase,
            ok=False,
            live_changed=live_changed,
            error=error,
            code=code,
            exit_status=exit_status,
        )

    def _hear(self, phase: Phase) -> set[str]:
        """Wait for something to happen; return the apps that are through with the phase."""
        heard = self._heard.get(TICK)
        self._look_for_cancel()
        if heard is None:
            return set()
        if heard.event is None:
            self._bury(heard.app, phase)
            return {heard.app}
        if not isinstance(heard.event, PhaseFinished):
            self._listen(heard.event)
            return set()
        if not heard.event.ok:
            self.failed[heard.app] = heard.event
        return {heard.app}

    def _look_for_cancel(self) -> None:
        """Pass on a wish to end; when the grace has passed, or it was said twice, end the processes."""
        cancel = self._interrupts.cancel
        self._wishes.look()
        if not cancel.is_asked:
            return
        if self._asked_at is None:
            self._asked_at = time.monotonic()
            for child in self._children.values():
                child.cancel(cancel.reason)
        late = time.monotonic() - self._asked_at > self._grace
        if late or self._interrupts.count > 1:
            self._heard.open()
            for child in self._children.values():
                child.kill()

    def _bury(self, app: str, phase: Phase) -> None:
        """Write down what a dead process left: its operations end, and so does what they had started."""
        child = self._children[app]
        if child.last_words:
            told_last = Output(at=system_clock(), app=app, stage="milepost", stream="stderr", text=child.last_words)
            self._listen(told_last)
        cancelled = self._interrupts.cancel.is_asked
        done = self._history.operations({"run": self._run, "app": app, "status": ("running", "success")})
        for each in (each for each in done if each.status == "running"):
            self._settle(each, ABANDONED if cancelled else CUT)
            text = f"{each.label} was interrupted; the next run cleans up"
            self._listen(Warned(at=system_clock(), app=app, text=text))
        if app not in self.failed:
            told = "abandoned before it had cleaned up" if cancelled else child.fate()
            # It has moved the traffic before it died, or may have, and nobody is left who could tell.
            touched = any(map(touches_live, done))
            self._fail(app, phase, (told, "interrupted", 130 if cancelled else 1), live_changed=touched)

    def _settle(self, operation: Operation, why: Failure) -> None:
        """Write the end of an operation of a dead process, unless it is no longer ours to write."""
        try:
            settle(self._history, operation, system_clock(), why)
        except LockLostError:
            # Whoever has the lock now settles it.
            return
