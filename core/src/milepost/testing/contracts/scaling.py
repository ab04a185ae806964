# ruff: noqa: D102 - the name of a contract test is its sentence
"""The part of a platform's contract that is about the number of replicas of what runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from milepost.sdk.artifact import Artifact
from milepost.sdk.capabilities import Parks, Scales
from milepost.sdk.config import PluginConfig
from milepost.sdk.deployment import Recorded
from milepost.sdk.offer import PlatformOffer
from milepost.sdk.roles import Platform
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import needs
from milepost.testing.contracts.finding import FindingContract, deployed


class ScalingContract(FindingContract):
    """What PlatformContract asks of a platform that can change the number of replicas."""

    @needs("scales")
    def test_more_replicas_are_ready_and_reached_when_scale_returns(
        self, offer: PlatformOffer, config: PluginConfig, platform: Platform, artifact: Artifact | None, bench: Bench
    ) -> None:
        self.able(platform, Scales, "scales")
        before = deployed(platform, artifact, bench.step("deploy"))
        after = scaled(platform, before, 3, bench)
        assert after.deployment is not None
        health = platform.status(after, bench.step("status"))
        assert (health.name, health.ready, health.wanted) == ("ready", 3, 3)
        if offer.exposes(config):
            assert len(set(after.deployment.endpoints)) == 3

    @needs("scales")
    def test_replicas_that_go_serve_until_they_are_trimmed(
        self,
        offer: PlatformOffer,
        config: PluginConfig,
        platform: Platform,
        artifact: Artifact | None,
        bench: Bench,
        remains: Callable[[], list[str]],
    ) -> None:
        self.able(platform, Scales, "scales")
        assert isinstance(platform, Scales)
        few = deployed(platform, artifact, bench.step("deploy"))
        many = scaled(platform, few, 3, bench)
        standing = len(remains())
        less = scaled(platform, many, 1, bench)
        assert less.deployment is not None
        assert len(remains()) >= standing
        if offer.exposes(config):
            assert len(less.deployment.endpoints) == 1
        for _ in range(2):
            platform.trim(less, bench.step("scale", operation=less.operation))
        assert platform.status(less, bench.step("status")).name == "ready"
        platform.destroy(less, bench.step("destroy"))
        assert remains() == []

    @needs("scales")
    def test_the_number_outlives_a_stop(self, platform: Platform, artifact: Artifact | None, bench: Bench) -> None:
        self.able(platform, Scales, "scales")
        after = scaled(platform, deployed(platform, artifact, bench.step("deploy")), 2, bench)
        if isinstance(platform, Parks):
            platform.park(after, bench.step("park"))
            platform.unpark(after, bench.step("unpark"))
        assert platform.status(after, bench.step("status")).wanted in (2, None)


def scaled(platform: Any, before: Recorded[Any], replicas: int, bench: Bench) -> Recorded[Any]:
    """Scale a deployment and return what is recorded of it then."""
    step = bench.step("scale", operation=before.operation)
    deployment = platform.scale(before, replicas, step)
    noted = step.recorded()
    resources = {each.key: each for each in (*before.resources, *noted.resources)}
    return msgspec.structs.replace(
        before, state=noted.state or before.state, resources=tuple(resources.values()), deployment=deployment
    )
