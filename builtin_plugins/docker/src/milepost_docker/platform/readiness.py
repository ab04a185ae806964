"""Waiting until a deployment is ready: with a limit, and no longer than there is hope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from milepost.sdk import NotReadyError
from milepost.sdk.errors import DeadlineError
from milepost_docker.engine.trouble import EngineError, UnreachableError
from milepost_docker.platform import naming
from milepost_docker.platform.condition import ended
from milepost_docker.platform.evidence import keep
from milepost_docker.platform.exposed import listening_hint
from milepost_docker.platform.inside import has_check, look_from_inside, look_inside
from milepost_docker.platform.probe import Seen, look_at_port, look_by_http
from milepost_docker.platform.reach import Near, reached
from milepost_docker.platform.replica import start
from milepost_docker.platform.site import Site
from milepost_docker.platform.state import ReplicaState

TOO_OFTEN = 4
"""Restarts of a container that was never ready, after which it is not waited for."""
_LOOK, _FIRST = 5.0, 0.05


def start_all(site: Site, replicas: tuple[ReplicaState, ...]) -> Site:
    """Start the containers. Raises NotReadyError for one that the engine cannot start, with its words."""
    for replica in replicas:
        site.step.check()
        try:
            site = start(site, replica)
        except UnreachableError:
            raise
        except EngineError as error:
            keep(site, replica, "could not be started", site.engine.container(replica.name))
            raise NotReadyError(f"{_who(site, replica)} could not be started: {error.said}") from error
    return site


def wait_ready(site: Site, replicas: tuple[ReplicaState, ...]) -> None:
    """Wait until the containers are ready.

    Raises NotReadyError, after keeping the evidence, as soon as one ends for good or again and again, and at the limit.
    """
    limit = site.step.facts.health.timeout
    with reached(site, replicas, asked_port(site)) as near:
        waiting = _Waiting(site, replicas, near)
        try:
            site.step.wait("readiness", limit, waiting.is_over, _FIRST)
        except DeadlineError:
            site.step.check()
            raise waiting.late(limit) from None


class _Waiting:
    """The waiting for one deployment: which containers are ready, and how the others were seen last."""

    def __init__(self, site: Site, replicas: tuple[ReplicaState, ...], near: Near) -> None:
        self._site, self._near = site, near
        self._left = list(replicas)
        self._seen: dict[int, Seen] = {}
        self._since, self._told = site.step.now(), False
        self._started: dict[int, tuple[str, datetime]] = {}

    def is_over(self) -> bool:
        """Look at those that are not ready yet; return whether all are."""
        looked = False
        for replica in tuple(self._left):
            found = self._inspected(replica)
            if found is None:
                return False
            self._refuse_hopeless(replica, found)
            seen = self._seen[replica.number] = self._look(replica, found)
            looked = True
            if seen.is_healthy:
                self._left.remove(replica)
        if self._left and looked:
            self._tell()
            self._site.step.sleep(max(0.0, self._site.step.facts.health.interval - _FIRST))
        return not self._left

    def _look(self, replica: ReplicaState, found: Mapping[str, Any]) -> Seen:
        """Return how a container is: what it serves, and what its own check says."""
        if found["State"]["Status"] != "running":
            return Seen(False, f"is {found['State']['Status']}")
        up = self._uptime(replica, found)
        seen = self._look_at_service(replica)
        if has_check(found) and (seen is None or seen.is_healthy):
            return look_inside(self._site, replica, found)
        return seen or Seen(up >= self._site.config.settle, f"has run for {up:.1f} s")

    def _look_at_service(self, replica: ReplicaState) -> Seen | None:
        """Return how a container answers; None where there is nothing to ask, or no way to it."""
        site, port = self._site, asked_port(self._site)
        if port is None:
            return None
        check, said = site.config.health_check, site.step.facts.health
        path, statuses = (check.path, ()) if check and not check.command else (said.path, said.status)
        limit = min(check.timeout if check else _LOOK, max(0.1, said.timeout))
        near = self._near.get((replica.name, f"{port}/tcp"))
        if near is None:
            return look_from_inside(site, replica, port, path)
        return look_by_http(near, path, statuses, limit) if path else look_at_port(near, str(port), limit)

    def _uptime(self, replica: ReplicaState, found: Mapping[str, Any]) -> float:
        """Return for how many seconds this run of the container was seen: the engine's clock may be another one."""
        run, now = str(found["State"]["StartedAt"]), self._site.step.now()
        if self._started.get(replica.number, ("", now))[0] != run:
            self._started[replica.number] = (run, now)
        return (now - self._started[replica.number][1]).total_seconds()

    def late(self, limit: float) -> NotReadyError:
        """Return the error for those that were not ready in time, after keeping the evidence."""
        for each in self._left:
            keep(self._site, each, self._how(each), self._site.engine.container(each.name))
        told = "; ".join(f"{_who(self._site, each)} {self._how(each)}" for each in self._left)
        return NotReadyError(f"{told}: not ready within {limit:g} s", hint=self._advice())

    def _advice(self) -> str:
        """Return what to do about a port that nobody serves."""
        if not any(seen.is_deaf for seen in map(self._seen.get, (each.number for each in self._left)) if seen):
            return ""
        return listening_hint(self._site.config, self._site.engine.image(self._site.state.image))

    def _inspected(self, replica: ReplicaState) -> Mapping[str, Any] | None:
        """Return the container as it is; None while the engine is away, for a restart of its own perhaps."""
        try:
            found = self._site.engine.container(replica.name)
        except UnreachableError as error:
            self._seen[replica.number] = Seen(False, f"cannot be seen: {error}")
            self._site.step.sleep(_FIRST)
            return None
        if found is None:
            self._site.step.evidence(f"{_who(self._site, replica)} is gone", "somebody has removed its container")
            raise NotReadyError(f"{_who(self._site, replica)} was removed before it was ready")
        return found

    def _refuse_hopeless(self, replica: ReplicaState, found: Mapping[str, Any]) -> None:
        """Raise NotReadyError for a container that will not become ready any more."""
        state = found["State"]
        is_over = state["Status"] in ("exited", "dead") or state.get("OOMKilled")
        # While one runs again, the engine does not tell what it ended with before, and it may be well this time.
        is_looping = found.get("RestartCount", 0) >= TOO_OFTEN and state["Status"] != "running"
        if not (is_over or is_looping):
            return
        often = f", {found['RestartCount']} times" if found.get("RestartCount") else ""
        keep(self._site, replica, ended(state), found)
        why = f"{_who(self._site, replica)} {ended(state)}{often}, before it was ready"
        raise NotReadyError(why)

    def _how(self, replica: ReplicaState) -> str:
        seen = self._seen.get(replica.number)
        return seen.how if seen else "was not looked at"

    def _tell(self) -> None:
        """Say once what is waited for, if it lasts."""
        step = self._site.step
        if not self._told and (step.now() - self._since).total_seconds() > _LOOK:
            self._told = True
            first = self._left[0]
            step.say(f"{_who(self._site, first)} {self._how(first)}; waiting up to {step.facts.health.timeout:g} s")


def asked_port(site: Site) -> int | None:
    """Return the container's port that is asked; None where there is nothing to ask."""
    check = site.config.health_check
    if check is not None and not check.command:
        return check.port or site.config.service_port
    return site.state.port


def _who(site: Site, replica: ReplicaState) -> str:
    return naming.replica_name(site.step.facts.app, replica.number)
