"""The fake releaser: a route is an entry of the world that says which deployment is live."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from milepost.sdk.artifact import Artifact
from milepost.sdk.capabilities import Examined, Planned
from milepost.sdk.config import PluginState
from milepost.sdk.deployment import Health, Recorded, Release
from milepost.sdk.errors import OperationError, TrafficMovedError
from milepost.sdk.step import Step
from milepost.testing.fakes.looking import cleaned_up, examined, planned
from milepost.testing.fakes.platform import FakePlatformState
from milepost.testing.fakes.trouble import TroubleConfig, meet
from milepost.testing.fakes.world import World


class FakeReleaserConfig(TroubleConfig, frozen=True, kw_only=True):
    """The config of the releaser `fake`."""

    drain: Annotated[float, Meta(description="How long the one before may still answer, in seconds.")] = 0.0


class FakeReleaserState(PluginState, frozen=True, kw_only=True):
    """What the fake releaser needs to find its route again."""

    route: Annotated[str, Meta(description="The route's key in the world.")]


class FakeReleaser:
    """Moves routes by compare-and-swap.

    Points: `release`, `switched`, `weigh`, `abort`, `current`, `release-status`, `unroute`.
    """

    def __init__(self, config: FakeReleaserConfig) -> None:
        self._config = config

    def release(self, deployment: Recorded[FakePlatformState], previous: str | None, step: Step) -> Release:
        """Point the route at the deployment. Raises TrafficMovedError."""
        route = _route(step)
        World(step.facts.data).note(f"release {step.facts.app} {deployment.operation}")
        self._meet("release", step)
        step.intend("route", route)
        step.save(FakeReleaserState(route=route))
        step.check()
        with World(step.facts.data).change() as world:
            live = world["routes"].get(route)
            if live not in (previous, deployment.operation):
                raise TrafficMovedError(previous or "", live or "")
            world["routes"][route] = deployment.operation
            world["shares"].pop(route, None)
        self._meet("switched", step)
        drained = step.now() + timedelta(seconds=self._config.drain) if self._config.drain else None
        return Release(urls=_urls(route), drain_until=drained)

    def current(self, step: Step) -> str | None:
        """Return the operation that the route points at."""
        self._meet("current", step)
        live: str | None = World(step.facts.data).read()["routes"].get(_route(step))
        return live

    def weigh(self, deployment: Recorded[FakePlatformState], previous: str, weight: int, step: Step) -> Release:
        """Note the share of the deployment beside the route. Raises TrafficMovedError."""
        route = _route(step)
        self._meet("weigh", step)
        with World(step.facts.data).change() as world:
            live = world["routes"].get(route)
            if live != previous:
                raise TrafficMovedError(previous, live or "")
            world["shares"][route] = [deployment.operation, weight]
        return Release(urls=_urls(route))

    def abort(self, step: Step) -> None:
        """Forget the share."""
        self._meet("abort", step)
        with World(step.facts.data).change() as world:
            world["shares"].pop(_route(step), None)

    def weights(self, step: Step) -> dict[str, int]:
        """Return the shares of the route."""
        world, route = World(step.facts.data).read(), _route(step)
        live = world["routes"].get(route)
        if live is None:
            return {}
        other, weight = world["shares"].get(route, ("", 0))
        return {live: 100 - weight, **({other: weight} if weight else {})}

    def adopt_release(self, deployment: str, step: Step) -> Release:
        """Return the release that the route is. Raises OperationError when it points at something else."""
        route = _route(step)
        if World(step.facts.data).read()["routes"].get(route) != deployment:
            raise OperationError(f"the route {route} does not point at {deployment}")
        step.save(FakeReleaserState(route=route))
        return Release(urls=_urls(route))

    def status(self, recorded: Recorded[FakeReleaserState], step: Step) -> Health:
        """Return whether the route is there."""
        self._meet("release-status", step)
        there = _route(step) in World(step.facts.data).read()["routes"]
        return Health(name="ready" if there else "missing")

    def destroy(self, recorded: Recorded[FakeReleaserState], step: Step) -> None:
        """Remove the route, if it is there."""
        World(step.facts.data).note(f"unroute {step.facts.app}")
        self._meet("unroute", step)
        with World(step.facts.data).change() as world:
            world["routes"].pop(_route(step), None)
            world["shares"].pop(_route(step), None)

    def examine(self, step: Step) -> Iterator[Examined]:
        """Yield what the world says is wrong."""
        return examined(self._config, step)

    def plan(self, artifact: Artifact | None, step: Step) -> tuple[Planned, ...]:
        """Return the route that a release would make or change."""
        return planned(self._config, "route", step, there=_route(step) in World(step.facts.data).read()["routes"])

    def clean_up(self, step: Step) -> None:
        """Note that nothing is left."""
        cleaned_up(self._config, step)

    def _meet(self, point: str, step: Step) -> None:
        """Pass a point where something may go wrong."""
        meet(point, self._config, World(step.facts.data), step)


def _route(step: Step) -> str:
    """Return the key of the app's route."""
    return f"{step.facts.project}/{step.facts.workspace}/{step.facts.app}"


def _urls(route: str) -> tuple[str, ...]:
    """Return where a route is public."""
    return (f"http://{route.replace('/', '.')}.fake",)
