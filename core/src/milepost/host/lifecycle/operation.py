"""One operation, from its record to its end: nothing is done before it is written down, and every end is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.hooks import HookContext, run_hooks
from milepost.host.lifecycle.printing import kept_fields, seal, transcript_of
from milepost.host.lifecycle.timing import Stopwatch
from milepost.host.mask import SHORTEST, Masker
from milepost.host.recording import record_state
from milepost.sdk.config import PluginState
from milepost.sdk.deployment import Resource
from milepost.sdk.errors import CancelledError, LockLostError, MilepostError, RefusedError
from milepost.sdk.events import OperationFinished, OperationStarted, Warned
from milepost.sdk.record import Evidence, Failure, HookRun, Operation, Status, Timing
from milepost.sdk.secret import Secret
from milepost.sdk.step import Stream

if TYPE_CHECKING:
    from milepost.host.project.hooks import Hook


class OpenOperation:
    """An operation that is going on: its record, which each call brings up to date, and its output."""

    only_asks = False
    """Whether nothing is made or changed, here or outside."""

    def __init__(self, bench: Bench, record: Operation) -> None:
        self.bench, self.record, self.stage = bench, record, str(record.stage)
        self.result, self.summary = "done", ""
        self.along: tuple[Operation, ...] = ()
        """Other records that the end of this one changes, all or none."""
        self._guard = threading.RLock()
        self.transcript = transcript_of(bench, record)
        self._watch = Stopwatch(bench.monotonic)

    def timed(self, part: str) -> AbstractContextManager[None]:
        """Return a context in which the time goes to that part of the operation."""
        return self._watch.part(part)

    @property
    def timings(self) -> tuple[Timing, ...]:
        """How long the parts took so far."""
        return self._watch.timings()

    def change(self, *along: Operation, **fields: Any) -> None:
        """Replace fields of the record, durably, and the records `along` in the same transaction."""
        with self._guard:
            self.record = msgspec.structs.replace(self.record, **fields)
            self.bench.history.amend(self.record, *along)

    def intend(self, kind: str, key: str) -> None:
        """Note an object that is about to be made."""
        if all(each.key != key for each in self.record.resources):
            self.change(resources=(*self.record.resources, Resource(kind=kind, key=key)))

    def created(self, key: str, id: str) -> None:
        """Note that it was made."""
        self.change(
            resources=tuple(
                msgspec.structs.replace(each, id=id) if each.key == key else each for each in self.record.resources
            )
        )

    def save(self, state: PluginState) -> None:
        """Keep the plugin's document."""
        self.change(state=record_state(state))

    def evidence(self, title: str, text: str) -> None:
        """Keep what explains a failure."""
        mask = self.bench.masker.text
        self.change(evidence=(*self.record.evidence, Evidence(title=mask(title), text=mask(text))))

    def started(self, pid: int) -> None:
        """Note a process that is about to run."""
        self.change(processes=(*self.record.processes, self.bench.identify(pid)))

    def ended(self, pid: int) -> None:
        """Note that it is gone."""
        self.change(processes=tuple(each for each in self.record.processes if each.pid != pid))

    def say(self, text: str) -> None:
        """Tell people, and keep it with the output."""
        self.transcript.say(text)

    def output(self, text: str, stream: Stream) -> None:
        """Keep and show what was printed: lines with their ends, or a piece of one."""
        self.transcript.output(text, stream)

    @property
    def source(self) -> str:
        """What prints at this moment: it stands at each line."""
        return self.transcript.source

    @source.setter
    def source(self, source: str) -> None:
        self.transcript.source = source

    def warn(self, text: str) -> None:
        """Tell people that something is not as it should be, and record it."""
        masked = self.bench.masker.text(text)
        if masked not in self.record.warnings:
            self.change(warnings=(*self.record.warnings, masked))
            self.bench.emit(Warned(at=self.bench.clock(), app=self.record.app, text=masked))

    def hide(self, secret: Secret) -> None:
        """Never show or keep the secret from now on; say so where it is too short for that."""
        if not self.bench.masker.add(secret.reveal()):
            self.warn(f"a secret shorter than {SHORTEST} characters cannot be masked in output")
        for part in secret.parts:
            # What the secret is made of may be shown without the rest: a password without the address around it.
            if part.source is not None:
                self.bench.masker.add(part.text)

    @contextmanager
    def calm(self) -> Iterator[None]:
        """Clean up in here: the wish to end has been heard, and must not stop that too."""
        before, self.bench = self.bench, self.bench.uncancelled()
        try:
            yield
        finally:
            self.bench = before

    def hooked(self, hook: HookRun) -> None:
        """Record a hook that was run."""
        self.change(hooks=(*self.record.hooks, hook))


Work = Callable[[OpenOperation], None]


def perform(bench: Bench, record: Operation, hooks: Sequence[Hook], context: HookContext, work: Work) -> Operation:
    """Carry out one operation and return its final record. Raises what made it fail, once that is written."""
    bench.history.append(record)
    operation = OpenOperation(bench, record)
    began = time.monotonic()
    error = _attempt(operation, hooks, context, work)
    error = _end(operation, error, time.monotonic() - began)
    if error is not None:
        raise error
    return operation.record


def _attempt(operation: OpenOperation, hooks: Sequence[Hook], context: HookContext, work: Work) -> BaseException | None:
    """Do it, and return what went wrong; hooks for a failure, and those for always, have been run then."""
    error: BaseException | None = None
    try:
        with operation.timed("observers"):
            _announce(operation)
        _run_hooks(operation, "before", hooks, context)
        with operation.timed("plugin"):
            work(operation)
        _run_hooks(operation, "after", hooks, context)
    except BaseException as caught:  # written down first, then raised again by the caller
        error = caught
        if (lost := operation.bench.lost()) is not None:
            return lost  # hooks would act on what may be another's by now
    ending = context.failed(str(error)) if error else context
    for when in ("failure", "always") if error else ("always",):
        try:
            _run_hooks(operation, when, hooks, ending)
        except MilepostError as caught:
            error = error or caught
    return error


def _run_hooks(operation: OpenOperation, when: str, hooks: Sequence[Hook], context: HookContext) -> None:
    """Run the hooks of that moment, and measure them."""
    with operation.timed(f"hooks {when}"):
        run_hooks(operation, when, hooks, context)


def _announce(operation: OpenOperation) -> None:
    """Ask the observers whether they mind, and tell that it begins. Raises RefusedError."""
    bench, record = operation.bench, operation.record
    bench.emit(
        OperationStarted(at=bench.clock(), app=record.app, operation=record.id, stage=record.stage, label=record.label)
    )
    reason = bench.observers.starting(record)
    if reason is not None:
        raise RefusedError(reason)
    bench.observers.started(record)


def _end(operation: OpenOperation, error: BaseException | None, seconds: float) -> BaseException | None:
    """Write how it ended, then tell it; return what went wrong, which may be the writing."""
    operation.transcript.close()
    bench = operation.bench
    status = operation.record.status
    fields: dict[str, Any] = {"ended": bench.clock(), "timings": operation.timings}
    if error is not None:
        status = status_of(error)
        fields["failure"] = _masked(failure_of(error), bench.masker)
        operation.result = "FAILED" if status == "error" else status.upper()
    elif status == "running":
        status = "success"
    fields.update(kept_fields(operation.transcript, operation.record))
    try:
        operation.change(*operation.along, status=status, **fields)
    except LockLostError as caught:
        bench.history.end_late(operation.record)
        error = error or caught
    seal(bench, operation.record)
    failure = operation.record.failure
    release = operation.record.release
    bench.emit(
        OperationFinished(
            at=bench.clock(),
            app=operation.record.app,
            operation=operation.record.id,
            stage=operation.record.stage,
            label=operation.record.label,
            status=status,
            result=operation.result,
            summary=operation.summary,
            error=failure.message if failure else "",
            hint=failure.hint if failure else "",
            urls=release.urls if release else (),
            seconds=seconds,
        )
    )
    bench.observers.finished(operation.record)
    return error


def status_of(error: BaseException) -> Status:
    """Return the status of an operation that ended with this error."""
    if isinstance(error, CancelledError):
        return "cancelled"
    return "refused" if isinstance(error, RefusedError) else "error"


def _masked(failure: Failure, masker: Masker) -> Failure:
    """Return the failure without secrets: its message may quote what a program printed."""
    return Failure(code=failure.code, message=masker.text(failure.message), hint=masker.text(failure.hint))


def failure_of(error: BaseException) -> Failure:
    """Return an error as a record keeps it."""
    if isinstance(error, MilepostError):
        return Failure(code=error.code, message=str(error), hint=error.hint)
    return Failure(code="bug", message=f"{type(error).__name__}: {error}")
