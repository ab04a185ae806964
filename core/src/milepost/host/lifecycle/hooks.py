"""Hooks: the commands of the project file around a stage, on the host."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from milepost.host.cancel import Cancel, Deadline
from milepost.host.lifecycle.bench import Bench
from milepost.host.mask import BLOT
from milepost.host.processes import Watch
from milepost.sdk.errors import CancelledError, CommandFailedError, DeadlineError, HookFailedError, MilepostError
from milepost.sdk.events import HookFinished, HookStarted
from milepost.sdk.record import HookRun, Operation
from milepost.sdk.secret import Secret
from milepost.sdk.step import Command, Stream

if TYPE_CHECKING:
    from milepost.host.project.hooks import Hook

When = Literal["before", "after", "failure", "always"]

INSIDE = "MILEPOST_INSIDE"
"""Names the locks that the run around a hook holds: a changing command inside must not wait for them."""


class Hooked(Protocol):
    """The operation that the hooks stand around."""

    bench: Bench
    source: str

    @property
    def record(self) -> Operation:
        """The record as it stands."""
        ...

    def output(self, text: str, stream: Stream) -> None:
        """Keep and show a line."""
        ...

    def started(self, pid: int) -> None:
        """Note a process."""
        ...

    def ended(self, pid: int) -> None:
        """Note that it is gone."""
        ...

    def hooked(self, hook: HookRun) -> None:
        """Record a hook that was run."""
        ...

    def hide(self, secret: Secret) -> None:
        """Never show or keep the secret from now on."""
        ...

    def warn(self, text: str) -> None:
        """Tell people that something is not as it should be."""
        ...


@dataclass(frozen=True, kw_only=True)
class HookContext:
    """What hooks are told, beside the operation's own record."""

    folder: Path
    verb: str
    lock: str
    """The name of the lock of this app and workspace."""
    error: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def failed(self, error: str) -> HookContext:
        """Return the same for the hooks that run after a failure."""
        return replace(self, error=error)

    def wants(self, hook: Hook) -> bool:
        """Return whether the hook is for this kind of run: a rollback runs only those that ask for it."""
        return self.verb != "rollback" or "rollback" in hook.on


def run_hooks(operation: Hooked, when: str, hooks: Sequence[Hook], context: HookContext) -> None:
    """Run the hooks of that moment in the file's order. Raises HookFailedError at the first that must not fail."""
    for hook in hooks:
        if hook.when == when and context.wants(hook):
            _run_hook(operation, hook, context)


def _run_hook(operation: Hooked, hook: Hook, context: HookContext) -> None:
    """Run one hook and record it."""
    bench, record = operation.bench, operation.record
    for secret in hook.secrets:
        operation.hide(secret)
    shown = _shown(bench, hook)
    about = {"app": record.app, "stage": record.label, "when": hook.when, "command": shown}
    bench.emit(HookStarted(at=bench.clock(), **about))  # type: ignore[arg-type]  # a dict of mixed fields
    before, operation.source = operation.source, f"hook {hook.when}"
    began = time.monotonic()
    try:
        error = _outcome(operation, hook, context)
    finally:
        operation.source = before
    why = "" if error is None else bench.masker.text(_reason(error))
    took = time.monotonic() - began
    operation.hooked(HookRun(when=hook.when, command=shown, seconds=took, error=why, status=_status(error)))
    bench.emit(HookFinished(at=bench.clock(), error=why, **about))  # type: ignore[arg-type]  # a dict of mixed fields
    if error is None:
        return
    if isinstance(error, CancelledError):
        raise error
    if hook.on_failure == "fail":
        raise HookFailedError(hook.when, shown, why) from error
    operation.warn(f"the {hook.when} hook {' '.join(shown)!r} {why}; its on_failure is continue")


def _shown(bench: Bench, hook: Hook) -> tuple[str, ...]:
    """Return the command without its secrets, those that are too short to be masked elsewhere as well."""
    secrets = {secret.reveal() for secret in hook.secrets}
    return tuple(BLOT if word in secrets else bench.masker.text(word) for word in hook.command)


def _outcome(operation: Hooked, hook: Hook, context: HookContext) -> MilepostError | None:
    """Run the hook's program and return what went wrong."""
    bench = operation.bench
    # After a failure or a cancel the hooks for it still run, with a limit of their own.
    cancel = Cancel() if hook.when in ("failure", "always") else bench.cancel
    watch = Watch(
        cancel=cancel,
        deadline=Deadline("the hook", hook.timeout, bench.monotonic),
        started=operation.started,
        ended=operation.ended,
        output=operation.output,
    )
    command = Command(argv=hook.command, cwd=str(context.folder), env=_variables(operation.record, hook, context))
    try:
        if hook.mutex is not None:
            _with_mutex(bench, hook, cancel, command, watch)
        else:
            bench.runner(command, bench.environment, watch)
    except MilepostError as error:
        return error
    return None


def _with_mutex(bench: Bench, hook: Hook, cancel: Cancel, command: Command, watch: Watch) -> None:
    """Run the program while no other hook with that mutex runs, in whatever project of this user."""
    lock = bench.lock(f"mutex:{hook.mutex}")
    while not lock.acquire({"hook": " ".join(_shown(bench, hook))}):
        cancel.wait(0.05)
        cancel.check()
        watch.deadline.check()
    try:
        bench.runner(command, bench.environment, watch)
    finally:
        lock.release()


def _status(error: MilepostError | None) -> int | None:
    """Return the exit status of a hook's program; None where it had none of its own."""
    if error is None:
        return 0
    return error.status if isinstance(error, CommandFailedError) else None


def _reason(error: MilepostError) -> str:
    """Return why the hook failed, to stand after its command."""
    if isinstance(error, CommandFailedError):
        return "could not be started" if error.status is None else f"ended with status {error.status}"
    if isinstance(error, DeadlineError):
        return f"took longer than its limit of {error.seconds:g} s"
    return str(error)


def _variables(record: Operation, hook: Hook, context: HookContext) -> dict[str, str]:
    """Return what a hook is told in its environment."""
    artifact, deployment, release = record.artifact, record.deployment, record.release
    told = {
        "PROJECT": record.project,
        "APP": record.app,
        "WORKSPACE": record.workspace,
        "RUN": str(record.number),
        "OPERATION": record.id,
        "STAGE": record.stage,
        "VERB": context.verb,
        "WHEN": hook.when,
        "ERROR": context.error,
        "ARTIFACT": artifact.reference if artifact else "",
        "ARTIFACT_DIGEST": artifact.digest if artifact else "",
        "DEPLOYMENT_URL": (deployment.url or "") if deployment else "",
        "URL": release.urls[0] if release and release.urls else "",
        "PREVIOUS": record.previous or "",
        **context.extra,
    }
    return {INSIDE: context.lock, **{f"MILEPOST_{name}": value for name, value in told.items()}}
