"""The releaser `caddy`: moves the traffic of an app from one deployment to another and drops no request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from milepost.sdk import Artifact, Health, OperationError, Recorded, Release, Step, TrafficMovedError
from milepost.sdk.capabilities import Examined, Planned
from milepost.sdk.errors import DeadlineError
from milepost_caddy import server
from milepost_caddy.asking import asked
from milepost_caddy.config import CaddyConfig, CaddyState
from milepost_caddy.examining import examined
from milepost_caddy.planning import planned
from milepost_caddy.route import Route
from milepost_caddy.traffic import Share, Traffic, traffic_to
from milepost_caddy.wanted import wanted_route
from milepost_caddy.whereabouts import Spot, other_spot, recorded_spot, spot_now, wanted_spot

_SETTLE = 0.05
"""How long a request may take from reading its target to being counted there, in seconds."""


@dataclass(frozen=True)
class _Shift:
    """A change of where requests go: what was, and what is to be."""

    before: Traffic | None
    after: Traffic

    @property
    def left(self) -> frozenset[str]:
        """The upstreams that get no new requests."""
        return frozenset(self.before.upstreams if self.before else ()) - frozenset(self.after.upstreams)


class CaddyReleaser:
    """Opens deployments with HTTP endpoints or static files on a port, or under hosts and paths, of their app's own."""

    def __init__(self, config: CaddyConfig) -> None:
        self._config = config

    def release(self, deployment: Recorded[Any], previous: str | None, step: Step) -> Release:
        """Send the app's requests to the deployment; return when those of before have ended, or their time is up."""
        new, spot = traffic_to(deployment), wanted_spot(self._config, step)
        with step.exclusive(spot.lock):
            before = spot_now(self._config, step, spot).traffic()
            found = before.deployment if before else None
            if found not in {previous, deployment.operation}:
                raise TrafficMovedError(previous or "", found or "")
            route = self._open(spot, deployment, step)
            spot.place.switch(spot.key, new)
        self._leave(step)
        return self._released(spot, route, _Shift(before, new), step)

    def weigh(self, deployment: Recorded[Any], previous: str, weight: int, step: Step) -> Release:
        """Send so many percent of the requests to the deployment, the rest to `previous`, which stays current."""
        new, spot = traffic_to(deployment), wanted_spot(self._config, step)
        with step.exclusive(spot.lock):
            before = spot.traffic()
            if before is None or before.deployment != previous:
                raise TrafficMovedError(previous, before.deployment if before else "")
            after = replace(before, share=_share(before, new, weight))
            route = self._open(spot, deployment, step)
            spot.place.switch(spot.key, after)
        return self._released(spot, route, _Shift(before, after), step)

    def abort(self, step: Step) -> None:
        """Send all requests to what is live again, and let those that had begun elsewhere end."""
        spot = spot_now(self._config, step)
        with step.exclusive(spot.lock):
            before = spot.traffic()
            if before is None or before.share is None:
                return
            after = replace(before, share=None)
            spot.place.switch(spot.key, after)
        self._drain(spot, _Shift(before, after), step)

    def weights(self, step: Step) -> Mapping[str, int]:
        """Return who gets how many percent of the requests, by operation id."""
        now = spot_now(self._config, step).traffic()
        if now is None:
            return {}
        part = {now.share.deployment: now.share.weight} if now.share else {}
        return {now.deployment: 100 - sum(part.values()), **part}

    def current(self, step: Step) -> str | None:
        """Return the operation id of the deployment that gets the requests, whether or not Caddy runs."""
        found = spot_now(self._config, step).traffic()
        return found.deployment if found else None

    def adopt_release(self, deployment: str, step: Step) -> Release:
        """Return the release of the deployment that gets the requests. Raises OperationError if another one does."""
        spot = spot_now(self._config, step)
        route, now = spot.route(), spot.traffic()
        if route is None or now is None or now.deployment != deployment:
            found = f"{now.deployment} does" if now else "nothing does"
            raise OperationError(f"{deployment} does not get the requests of {step.facts.app}: {found}")
        step.save(self._state(spot, route, deployment))
        return Release(urls=route.urls(step.facts.hosts))

    def status(self, recorded: Recorded[Any], step: Step) -> Health:
        """Return what a request at the public port gets."""
        spot = recorded_spot(recorded, self._config, step)
        route, now = spot.route(), spot.traffic()
        if route is None or now is None:
            return Health(name="missing", message="nothing is released")
        if isinstance(recorded.state, CaddyState) and recorded.state.deployment != now.deployment:
            return Health(name="missing", message=f"{now.deployment} is live instead")
        if spot.place.running() is None:
            return Health(name="down", message="Caddy does not run; milepost start opens it again")
        return asked(route, now, step)

    def destroy(self, recorded: Recorded[Any], step: Step) -> None:
        """Close the app's way in; the last route takes Caddy along. What another history released is left alone."""
        spot = recorded_spot(recorded, self._config, step)
        with step.exclusive(spot.lock):
            route = spot.route()
            if route is not None and route.store and step.facts.store and route.store != step.facts.store:
                step.say(f"{route.name} was released by another history ({route.store}) and stays as it is")
                return
            server.close_route(spot.place, spot.key, step)

    def clean_up(self, step: Step) -> None:
        """Close what is left of the app's way in, wherever it may be."""
        spots = (wanted_spot(self._config, step), other_spot(self._config, step))
        for spot in filter(None, spots):
            with step.exclusive(spot.lock):
                if spot.route() is not None:
                    server.close_route(spot.place, spot.key, step)

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield what is found of Caddy, its ports, the names of the hosts and certificates."""
        yield from examined(self._config, step)

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return what a release would do to the app's way in."""
        return planned(self._config, step)

    def _open(self, spot: Spot, deployment: Recorded[Any], step: Step) -> Route:
        """Let Caddy listen for the app as its project file wants it, and remember where that is."""
        wanted = wanted_route(self._config, spot, step, deployment)
        step.save(self._state(spot, wanted.route, deployment.operation))
        step.intend("route", spot.key)
        server.open_route(spot.place, wanted.route, wanted.pem, step)
        step.created(spot.key, wanted.route.address)
        return wanted.route

    def _leave(self, step: Step) -> None:
        """Close the place of this machine where the app was released before its project file said otherwise."""
        spot = other_spot(self._config, step)
        if spot is None or spot.route() is None:
            return
        with step.exclusive(spot.lock):
            server.close_route(spot.place, spot.key, step)

    def _released(self, spot: Spot, route: Route, shift: _Shift, step: Step) -> Release:
        """Return the release, once the requests that were elsewhere have ended."""
        until = self._drain(spot, shift, step)
        return Release(urls=route.urls(step.facts.hosts), drain_until=until)

    def _drain(self, spot: Spot, shift: _Shift, step: Step) -> datetime:
        """Wait until no request is with the replicas that were left, and return until when there may be one.

        The traffic has moved already, so a step that runs out of time does not fail for it.
        """
        if shift.before is None or shift.before == shift.after:
            return step.now()
        limit = step.now() + timedelta(seconds=self._config.drain)
        try:
            step.sleep(_SETTLE)
            count = spot.place.requests(shift.left)
            if count:
                step.say(f"{count} of the requests that had begun go on; waiting up to {self._config.drain:g} s")
            while count and step.now() < limit:
                step.sleep(_SETTLE)
                count = spot.place.requests(shift.left)
        except DeadlineError:
            return limit
        return step.now()

    def _state(self, spot: Spot, route: Route, deployment: str) -> CaddyState:
        """Return what is to be remembered of a release."""
        return CaddyState(
            folder=spot.place.name,
            route=route.key,
            deployment=deployment,
            listen=route.listen,
            port=route.port,
            engine=self._config.engine,
        )


def _share(before: Traffic, new: Traffic, weight: int) -> Share:
    """Return the part that a deployment is to get. Raises OperationError where Caddy cannot split."""
    if not 1 <= weight <= 99:
        raise OperationError(f"the weight is {weight}; expected 1 to 99 percent", hint="milepost release --finish")
    if new.deployment == before.deployment:
        raise OperationError(f"{new.deployment} is live already and gets all requests but those of another one")
    if "static" in (before.kind, new.kind):
        raise OperationError(
            "caddy splits requests between deployments that run, and a folder of files is one of these two",
            hint="release it as a whole: milepost release",
        )
    return Share(deployment=new.deployment, targets=new.targets, weight=weight)
