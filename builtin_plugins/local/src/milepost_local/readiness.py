"""Waiting until a deployment is ready, and how it is at any later time."""

from __future__ import annotations

from pathlib import Path

from milepost.sdk import Health, HealthCheck, NotReadyError, Step
from milepost.sdk.deployment import HealthName
from milepost.sdk.errors import DeadlineError
from milepost_local.config import LocalState
from milepost_local.control import ReplicaStatus, SupervisorStatus, ask_status, tell
from milepost_local.identity import boot_id, is_alive
from milepost_local.logs import last_lines
from milepost_local.place import Place, read_record
from milepost_local.probe import Seen, look
from milepost_local.processes import leftovers
from milepost_local.supervisor_replica import ended

TOO_OFTEN = 3
"""Ends of a replica that was never ready, after which it is not waited for: one may be a port that another took."""
TELL_AFTER = 5.0
"""Seconds without a word after which people are told what is waited for."""
_DEAF = "what listens on no port needs  worker = true  in its deploy block; what listens must take the port $PORT"
_LOOK_EVERY, _SECOND_LOOK = 0.02, 0.05
_EVIDENCE_LINES = 40


def wait_ready(state: LocalState, step: Step) -> tuple[int, ...]:
    """Wait until all replicas are ready and return their ports.

    Raises NotReadyError, after keeping the evidence, as soon as one ends again and again, and at the limit.
    """
    limit = step.facts.health.timeout
    patience = _Patience(step)
    try:
        step.wait("readiness", limit, lambda: _is_settled(state, step, patience), _LOOK_EVERY)
    except DeadlineError:
        step.check()
        raise _late(state, step, limit) from None
    status = tell(state.socket, "prove")
    return () if status is None else tuple(each.port for each in status.replicas if each.port is not None)


class _Patience:
    """The waiting for one deployment, of which people hear once when it lasts."""

    def __init__(self, step: Step) -> None:
        self._step, self._since, self._told = step, step.now(), False

    def tell(self, state: LocalState, status: SupervisorStatus) -> None:
        """Say what is waited for, if that has not been said and is due."""
        if self._told or (self._step.now() - self._since).total_seconds() < TELL_AFTER:
            return
        self._told = True
        check = self._step.facts.health
        for each in status.replicas:
            seen = _seen(state, each, check)
            if not seen.is_healthy:
                self._step.say(f"{each.name} {seen.how}; waiting up to {check.timeout:g} s")


def health(state: LocalState, step: Step) -> Health:
    """Return how the deployment is right now, with what to type where it should be otherwise."""
    place, wanted = Place(Path(state.folder)), state.launch.replicas
    if not place.app.is_dir():
        return Health(name="missing", message=f"its folder {place.app} is gone; milepost redeploy {step.facts.app}")
    if state.launch.is_static and not place.parked.exists():
        return Health(name="ready", message="files are there")
    status = ask_status(state.socket)
    if status is None:
        return _health_without_supervisor(place, state, step)
    if status.stopping:
        return _health_while_stopping(place, wanted, step)
    seen = [_seen(state, each, step.facts.health) for each in status.replicas]
    ready = sum(each.is_healthy for each in seen)
    message = "; ".join(
        f"{replica.name} {look.how}" for replica, look in zip(status.replicas, seen, strict=True) if not look.is_healthy
    )
    if ready == wanted:
        return Health(name="ready", ready=ready, wanted=wanted)
    runs = any(each.state == "running" for each in status.replicas)
    name: HealthName = "partial" if ready else "alive" if runs else "down"
    hint = f"milepost logs {step.facts.app}"
    return Health(name=name, message=f"{message}; {hint}", ready=ready, wanted=wanted)


def _health_without_supervisor(place: Place, state: LocalState, step: Step) -> Health:
    """Return how a deployment is that nobody supervises."""
    wanted, app = state.launch.replicas, step.facts.app
    if place.parked.exists():
        return Health(name="parked", message=f"stopped on purpose; milepost start {app}", ready=0, wanted=wanted)
    record = read_record(place)
    if record is None:
        return Health(name="down", message=f"it was never started; milepost start {app}", ready=0, wanted=wanted)
    if is_alive(record.supervisor):
        return Health(name="unknown", message=f"its supervisor, process {record.supervisor.pid}, does not answer")
    if record.supervisor.boot != boot_id():
        message = "the machine was restarted since"
    else:
        message = f"its supervisor, process {record.supervisor.pid}, has ended"
    if left := leftovers(place):
        message += f"; still there: process {', '.join(str(each.pid) for each in left)}"
    return Health(name="down", message=f"{message}; milepost start {app}", ready=0, wanted=wanted)


def _health_while_stopping(place: Place, wanted: int, step: Step) -> Health:
    """Return how a deployment is whose processes were told to end: what still runs does not count any more."""
    if place.parked.exists():
        return Health(name="parked", message="its processes are about to end", ready=0, wanted=wanted)
    message = f"its processes are about to end; milepost start {step.facts.app}"
    return Health(name="down", message=message, ready=0, wanted=wanted)


def _is_settled(state: LocalState, step: Step, patience: _Patience) -> bool:
    """Whether all replicas are ready. Raises NotReadyError when that cannot be hoped for any more."""
    status = ask_status(state.socket)
    if status is None:
        step.evidence("the supervisor has ended", last_lines(Place(Path(state.folder)), _EVIDENCE_LINES))
        raise NotReadyError(f"the supervisor of {step.facts.app} ended before it was ready")
    for each in status.replicas:
        if each.exits >= TOO_OFTEN or each.state == "failed":
            raise _ended(state, each, step)
    seen = [_seen(state, each, step.facts.health) for each in status.replicas]
    if not all(each.is_healthy for each in seen):
        patience.tell(state, status)
        # Whether it listens is asked often and costs it nothing; what it answers, as often as the project file says.
        step.sleep(step.facts.health.interval if any(each.answered for each in seen) else 0)
        return False
    # Seen twice by the same processes: a look may have met another program that had the port for a moment.
    step.sleep(_SECOND_LOOK)
    again = ask_status(state.socket)
    return again is not None and _pids(again) == _pids(status) and _all_healthy(state, again, step)


def _all_healthy(state: LocalState, status: SupervisorStatus, step: Step) -> bool:
    return all(_seen(state, each, step.facts.health).is_healthy for each in status.replicas)


def _pids(status: SupervisorStatus) -> tuple[int, ...]:
    return tuple(each.pid for each in status.replicas)


def _seen(state: LocalState, replica: ReplicaStatus, check: HealthCheck) -> Seen:
    """Return how a replica is."""
    if replica.state != "running":
        how = "has ended" if replica.last_exit is None else ended(replica.last_exit)
        again = f"; it starts again in {replica.due_in:.0f} s" if replica.state == "waiting" else ""
        return Seen(False, how + again)
    if replica.port is None:
        return Seen(replica.uptime >= state.launch.settle, f"has run for {replica.uptime:.1f} s")
    return look(replica.port, check)


def _ended(state: LocalState, replica: ReplicaStatus, step: Step) -> NotReadyError:
    """Return the error for a replica that ends, after keeping its last lines."""
    how = ended(replica.last_exit if replica.last_exit is not None else 0)
    _keep(state, f"{replica.name} {how}", replica.name, step)
    check = step.facts.health
    if replica.port is None:
        before = f"before it had run for {state.launch.settle:g} s"
    else:
        before = f"before {check.path or 'its port'} answered (limit {check.timeout:g} s)"
    return NotReadyError(f"{replica.name} {how} {before}", hint=_hint(step))


def _late(state: LocalState, step: Step, limit: float) -> NotReadyError:
    """Return the error for replicas that were not ready in time, after keeping their last lines."""
    status = ask_status(state.socket)
    told, deaf = [], False
    for each in status.replicas if status else ():
        seen = _seen(state, each, step.facts.health)
        if not seen.is_healthy:
            told.append(f"{each.name} {seen.how}")
            deaf = deaf or seen.is_deaf
            _keep(state, told[-1], each.name, step)
    what = "; ".join(told) or f"{step.facts.app} was not"
    return NotReadyError(f"{what}: not ready within {limit:g} s", hint=_DEAF if deaf else _hint(step))


def _keep(state: LocalState, title: str, replica: str, step: Step) -> None:
    """Keep the replica's last lines as evidence."""
    text = last_lines(Place(Path(state.folder)), _EVIDENCE_LINES, replica)
    step.evidence(title, text or "it printed nothing")


def _hint(step: Step) -> str:
    return f"milepost show {step.facts.app}#{step.facts.run}" if step.facts.run else ""
