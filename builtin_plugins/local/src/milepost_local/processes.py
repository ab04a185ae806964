"""Starting and ending the processes of a deployment, by its supervisor or without it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from milepost.sdk import Command, NotReadyError, Secret, Step, reveal
from milepost_local.config import LocalConfig, LocalState, size
from milepost_local.control import ask_status, tell
from milepost_local.environment import app_environment
from milepost_local.identity import MARK, Identity, identify, is_alive, marked, send
from milepost_local.patience import comes_true
from milepost_local.place import Place, read_record
from milepost_local.supervisor_spec import Limits, Spec, encoded

START_LIMIT = 20.0
"""Seconds that a supervisor may take to answer for the first time."""
OBEY_LIMIT = 5.0
"""Seconds that it may take beyond what its apps were given to end."""
STOP_TIMEOUT = 10.0
"""Seconds that processes get to end where no state says how many."""


def start(state: LocalState, step: Step) -> None:
    """Start a supervisor for the deployment and wait until it answers. Raises NotReadyError.

    One that is not waited for any longer is told to end: while it comes up, nobody else could find it.
    """
    supervisor = identify(step.run(supervisor_command(state, step)).pid)
    try:
        _wait_for_answer(state, supervisor, step)
    except BaseException:
        if supervisor is not None:
            # Before it has written itself down this kills it; from then on whoever stops the deployment waits for it.
            send(supervisor, signal.SIGTERM)
        raise


def _wait_for_answer(state: LocalState, supervisor: Identity | None, step: Step) -> None:
    """Return when the supervisor answers. Raises NotReadyError."""
    log = Place(Path(state.folder)).log / "supervisor.log"
    if not comes_true(step, "the supervisor", START_LIMIT, lambda: _answers_or_died(state, supervisor)):
        raise _did_not_start(step, log, f"did not answer within {START_LIMIT:g} s")
    if ask_status(state.socket) is None:
        raise _did_not_start(step, log, "ended at once")


def supervisor_command(state: LocalState, step: Step) -> Command:
    """Return what starts the supervisor: what is secret stands in its input, and nowhere else."""
    return Command(
        argv=(os.path.realpath(sys.executable), "-I", "-S", str(_program()), state.folder),
        cwd=state.folder,
        # An app that runs milepost itself has a mark, which is not for its deployments' supervisors.
        env={MARK: ""},
        input=encoded(_spec(state, step)),
        detach=True,
        log=str(Place(Path(state.folder)).log / "supervisor.log"),
    )


def stop(place: Place, timeout: float, step: Step) -> None:
    """End all processes of a deployment: gracefully within `timeout` seconds, then by force.

    A process that is not the deployment's is never touched, whatever its id.
    """
    record = read_record(place)
    if record is not None and is_alive(record.supervisor):
        asked = tell(record.socket, "stop") is not None or _wake_and_ask(record.supervisor)
        ended = asked and comes_true(
            step, "the supervisor", timeout + OBEY_LIMIT, lambda: not is_alive(record.supervisor)
        )
        if not ended:
            send(record.supervisor, signal.SIGKILL)
            comes_true(step, "the supervisor", OBEY_LIMIT, lambda: not is_alive(record.supervisor))
    _sweep(place, timeout, step)
    if record is not None:
        Path(record.socket).unlink(missing_ok=True)


def leftovers(place: Place) -> tuple[Identity, ...]:
    """Return the app's processes that still run: those with its mark, and those its supervisor wrote down."""
    record = read_record(place)
    written = [each.identity for each in record.replicas if is_alive(each.identity)] if record else []
    return tuple(dict.fromkeys([*written, *marked(place.root)]))


def _sweep(place: Place, timeout: float, step: Step) -> None:
    """End what runs without its supervisor: TERM, and KILL after `timeout` seconds."""
    for number, patience in ((signal.SIGTERM, timeout), (signal.SIGKILL, OBEY_LIMIT)):
        left = leftovers(place)
        for each in left:
            send(each, number)
        if not left or comes_true(step, "what is left", patience, lambda: not leftovers(place)):
            return


def _wake_and_ask(supervisor: Identity) -> bool:
    """Ask a supervisor that does not answer to end, one that somebody stopped too; return whether it is there."""
    return send(supervisor, signal.SIGTERM) and send(supervisor, signal.SIGCONT)


def _answers_or_died(state: LocalState, supervisor: Identity | None) -> bool:
    """Whether there is nothing to wait for any more."""
    return supervisor is None or not is_alive(supervisor) or ask_status(state.socket) is not None


def _did_not_start(step: Step, log: Path, how: str) -> NotReadyError:
    """Return the error, after keeping what the supervisor printed."""
    text = log.read_text(errors="replace") if log.exists() else ""
    step.evidence("the supervisor", text[-4000:] or "it printed nothing")
    last = text.strip().rsplit("\n", 1)[-1]
    return NotReadyError(f"the supervisor of {step.facts.app} {how}" + (f": {last}" if last else ""))


def _program() -> Path:
    """Return the supervisor's program."""
    return Path(__file__).resolve().with_name("supervisor.py")


def _spec(state: LocalState, step: Step) -> Spec:
    """Return the supervisor's orders."""
    launch, app = state.launch, Place(Path(state.folder)).app
    env = app_environment(app, launch.pass_env, step)
    return Spec(
        mark=state.folder,
        name=step.facts.app,
        command=tuple(launch.command),
        env={name: reveal(value) for name, value in env.items()},
        secrets=tuple(name for name, value in env.items() if isinstance(value, Secret)),
        folder=str(app),
        socket=state.socket,
        replicas=launch.replicas,
        ports=not launch.worker,
        stop_signal=signal.Signals[f"SIG{launch.stop_signal}"],
        stop_timeout=launch.stop_timeout,
        restart_limit=launch.restart_limit,
        limits=_limits(launch),
        log_size=size(launch.log_size),
        log_files=launch.log_files,
        hidden=_hidden((*env.values(), *step.facts.files.values())),
    )


def _hidden(values: Iterable[str | Secret]) -> tuple[str, ...]:
    """Return the pieces of secrets that were read from somewhere: they may be printed without the rest."""
    parts = (part for value in values if isinstance(value, Secret) for part in value.parts)
    return tuple(dict.fromkeys(part.text for part in parts if part.source is not None))


def _limits(launch: LocalConfig) -> Limits:
    """Return the limits in the system's units."""
    memory = None if launch.memory is None else size(launch.memory)
    return Limits(memory=memory, nofile=launch.nofile, cpu_time=launch.cpu_time)
