"""Commands beside a deployment: each is a run in the history, written before it begins and ended as it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from milepost.host.assembly import Host
from milepost.host.clock import system_clock
from milepost.host.history.heartbeat import Holding
from milepost.host.history.writer import run_lock
from milepost.host.inquiry import deployment_of, quiet_bench
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.hiding import errors_hidden, hide_variables
from milepost.host.lifecycle.live import inquiry
from milepost.host.lifecycle.noting import noted, owner_of
from milepost.host.lifecycle.operation import failure_of, status_of
from milepost.host.lifecycle.recorded import worker_of
from milepost.host.lifecycle.stepping import Terms
from milepost.host.lifecycle.subject import terms_of
from milepost.host.lifecycle.workers import Worker, recorded_of
from milepost.host.mask import BLOT
from milepost.host.plugins.faults import blame
from milepost.host.subjects import app_subject
from milepost.sdk.capabilities import Executes
from milepost.sdk.errors import HistoryError, OperationError
from milepost.sdk.record import Failure, Operation, Run, Status
from milepost.sdk.secret import Secret

EXEC = "exec"


@dataclass(frozen=True, kw_only=True)
class Session:
    """What is asked for: a command beside an app's deployment."""

    workspace: str
    app: str
    argv: tuple[str, ...]
    ref: str | None = None
    """The deployment; None: the live one."""
    why: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    unrecorded: bool = False
    """Go on although the history cannot be written."""


def execute(host: Host, session: Session, warn: Callable[[str], object]) -> int:
    """Run a command beside a deployment, with the user's terminal, and return its exit status.

    It is recorded before it begins, so that nobody is ever in there unseen; where that is not possible, HistoryError
    is raised and nothing is run. In an emergency a full disk must not keep people out: with `unrecorded` it is run all
    the same and `warn` hears of it. What can be recorded still is, so that this is no way around the history.
    """
    bench = quiet_bench(host)
    subject = app_subject(host, bench, session.app, session.workspace)
    deployment = deployment_of(host, bench, subject, session.ref)
    worker = worker_of(bench, subject, deployment)
    if not isinstance(worker.role, Executes):
        raise OperationError(f"the platform {worker.entry.word} cannot run commands beside a deployment")
    terms = terms_of(deployment, subject)
    hide_variables(bench, subject)
    shown = _shown(bench, terms, session.argv)
    record = _Record(host, bench, warn, patient=session.unrecorded)
    record.begin(_run(host, session, deployment, shown))
    try:
        asked = inquiry(bench, subject, worker, deployment, terms)
        with errors_hidden(bench.masker), asked as step, blame(worker.entry, "running the command"):
            status = _status(worker, deployment, session.argv, step)
    except BaseException as error:  # written down first, then raised again
        record.end(error)
        raise
    record.end(None, status)
    return status


def _status(worker: Worker[Any], deployment: Operation, argv: tuple[str, ...], step: Any) -> int:
    """Have the worker run it, and return the exit status."""
    status: int = worker.role.exec(recorded_of(deployment, worker), argv, step)
    return status


def _run(host: Host, session: Session, deployment: Operation, shown: tuple[str, ...]) -> Run:
    """Return the record with which it begins."""
    return noted(
        host,
        EXEC,
        session.workspace,
        session.why,
        apps=(session.app,),
        command=shown,
        target=deployment.id,
        source=deployment.source,
        labels=session.labels,
    )


def _shown(bench: Bench, terms: Terms, argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command without its secrets, those that are too short to be masked elsewhere as well."""
    secrets = {each.reveal() for each in (*terms.env.values(), *terms.files.values()) if isinstance(each, Secret)}
    for each in secrets:
        bench.masker.add(each)
    return tuple(BLOT if word in secrets else bench.masker.text(word) for word in argv)


class _Record:
    """The record of the command, and the lock by which others see that it goes on."""

    def __init__(self, host: Host, bench: Bench, warn: Callable[[str], object], *, patient: bool) -> None:
        self._host, self._bench, self._warn, self._patient = host, bench, warn, patient
        self._run: Run | None = None
        self._holding: Holding | None = None

    def begin(self, run: Run) -> None:
        """Write it. Raises HistoryError when that is not possible, unless it may go unrecorded."""
        try:
            store = self._host.writable_store()
            self._holding = Holding(store)
            lock = store.lock(run_lock(run.id))
            if lock.acquire(owner_of(run)):
                self._holding.add(lock)
            self._run = self._host.history.append_run(run)
        except HistoryError as error:
            self._let_go()
            if not self._patient:
                told = f"the command was not run, since it cannot be recorded: {error}"
                raise HistoryError(told, hint="add --unrecorded to go on without a record of it") from error
            self._warn(f"this command is not recorded: {error}")

    def end(self, error: BaseException | None, status: int | None = None) -> None:
        """Write how it ended; that this is not possible is said, and changes nothing of how it ended."""
        self._let_go()
        if self._run is None:
            return
        failure = None if error is None else self._masked(failure_of(error))
        ended = msgspec.structs.replace(
            self._run,
            status=_outcome(error),
            ended=system_clock(),
            failure=failure,
            exit_status=status if error is None else getattr(error, "exit_status", 1),
        )
        try:
            self._host.history.amend(ended)
        except HistoryError as unwritten:
            self._warn(f"how the command ended is not recorded: {unwritten}")

    def _masked(self, failure: Failure) -> Failure:
        """Return the failure without secrets."""
        mask = self._bench.masker.text
        return Failure(code=failure.code, message=mask(failure.message), hint=mask(failure.hint))

    def _let_go(self) -> None:
        """Give back the lock."""
        holding, self._holding = self._holding, None
        if holding is not None:
            holding.release()


def _outcome(error: BaseException | None) -> Status:
    """Return the status of the run: a program that ended by itself is a success, whatever its exit status says."""
    if error is None:
        return "success"
    return status_of(error) if isinstance(error, Exception) else "cancelled"
