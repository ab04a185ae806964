# ruff: noqa: D102 - the name of a contract test is its sentence
"""The part of a platform's contract that is about objects without a record: they are found, adopted and destroyed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from milepost.sdk.artifact import Artifact
from milepost.sdk.capabilities import Adopted, Adopts, Finds, Parks
from milepost.sdk.deployment import Recorded, Resource
from milepost.sdk.errors import NotReadyError
from milepost.sdk.roles import Platform
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import Contract, each_end, needs
from milepost.testing.step import FakeStep, Stop

LABELS = {"milepost/project": "shop", "milepost/app": "web"}
"""What a deployment is labelled with that is to be found."""


class FindingContract(Contract):
    """What PlatformContract asks of a platform that finds its objects, and of one that adopts them."""

    @needs("finds")
    def test_find_returns_what_carries_the_labels_and_no_more(
        self, platform: Platform, artifact: Artifact | None, bench: Bench
    ) -> None:
        self.able(platform, Finds, "finds")
        assert isinstance(platform, Finds)
        step = bench.step("deploy", labels={**LABELS, "team": "blue"})
        deployed(platform, artifact, step)
        found = platform.find(LABELS, bench.step("status"))
        assert {each.labels["milepost/app"] for each in found} == {"web"}
        assert {each.labels["team"] for each in found} == {"blue"}, "all labels are told, not only those looked for"
        assert {each.key for each in found} <= set(step.resources), "found by other keys than were intended"
        for name in LABELS:
            assert platform.find({**LABELS, name: "other"}, bench.step("status")) == ()

    @needs("finds")
    def test_find_returns_what_is_parked_and_nothing_that_was_destroyed(
        self, platform: Platform, artifact: Artifact | None, bench: Bench
    ) -> None:
        self.able(platform, Finds, "finds")
        assert isinstance(platform, Finds)
        recorded = deployed(platform, artifact, bench.step("deploy", labels=LABELS))
        before = _keys(platform.find(LABELS, bench.step("status")))
        assert before
        if isinstance(platform, Parks):
            platform.park(recorded, bench.step("park"))
            assert _keys(platform.find(LABELS, bench.step("status"))) == before
        platform.destroy(recorded, bench.step("destroy"))
        assert platform.find(LABELS, bench.step("status")) == ()

    @needs("finds")
    def test_what_was_found_can_be_destroyed_without_its_record(
        self, platform: Platform, artifact: Artifact | None, bench: Bench, remains: Callable[[], list[str]]
    ) -> None:
        self.able(platform, Finds, "finds")
        assert isinstance(platform, Finds)
        step = bench.step("deploy", labels=LABELS)
        deployed(platform, artifact, step)
        found = platform.find(LABELS, bench.step("status"))
        lost: Recorded[Any] = Recorded(operation=step.facts.operation, resources=found)
        platform.destroy(lost, bench.step("destroy", operation=step.facts.operation))
        assert remains() == []

    @needs("adopts")
    def test_a_deployment_can_be_adopted_by_what_was_found_of_it(
        self, platform: Platform, artifact: Artifact | None, bench: Bench, remains: Callable[[], list[str]]
    ) -> None:
        step = bench.step("deploy", labels=LABELS)
        recorded = deployed(platform, artifact, step)
        adopted = self._adopted(platform, bench, step)
        assert adopted.presence == "staged"
        assert (adopted.recorded.artifact, adopted.recorded.deployment) == (artifact, recorded.deployment)
        assert {each.key for each in adopted.recorded.resources} == set(step.resources)
        assert platform.status(adopted.recorded, bench.step("status")).name == "ready"
        platform.destroy(adopted.recorded, bench.step("destroy"))
        assert remains() == []

    @needs("adopts")
    def test_a_parked_deployment_is_adopted_as_parked_and_starts_again(
        self, platform: Platform, artifact: Artifact | None, bench: Bench
    ) -> None:
        if not isinstance(platform, Parks):
            pytest.skip("not applicable: it cannot park")
        step = bench.step("deploy", labels=LABELS)
        platform.park(deployed(platform, artifact, step), bench.step("park"))
        adopted = self._adopted(platform, bench, step)
        assert adopted.presence == "parked"
        platform.unpark(adopted.recorded, bench.step("unpark", operation=step.facts.operation))
        assert platform.status(adopted.recorded, bench.step("status")).name == "ready"

    @needs("adopts")
    def test_what_a_dead_deploy_left_is_found_and_can_be_destroyed_or_adopted_whole(
        self, platform: Platform, artifact: Artifact | None, bench: Bench, remains: Callable[[], list[str]]
    ) -> None:
        self.able(platform, Adopts, "adopts")
        assert isinstance(platform, Adopts)
        assert isinstance(platform, Finds)

        def begin(stop: Stop) -> FakeStep:
            return bench.step("deploy", stop=stop, labels=LABELS)

        for step in each_end("death", self.points, begin, lambda step: platform.deploy(artifact, step)):
            step.bury()
            if found := platform.find(LABELS, bench.step("status")):
                self._adopts_only_what_is_whole(platform, found, step, bench)
            platform.destroy(step.recorded(artifact), bench.step("destroy"))
            assert remains() == []

    def _adopts_only_what_is_whole(
        self, platform: Platform, found: tuple[Resource, ...], step: FakeStep, bench: Bench
    ) -> None:
        """See that half a deployment is refused, and that what is adopted is ready or can be started."""
        assert isinstance(platform, Adopts)
        assert _keys(found) <= set(step.resources)
        try:
            adopted = platform.adopt(found, bench.step("status", operation=step.facts.operation))
        except NotReadyError:
            return
        assert platform.status(adopted.recorded, bench.step("status")).name in ("ready", "parked")

    def _adopted(self, platform: Platform, bench: Bench, step: FakeStep) -> Adopted:
        """Return the deployment of a step as another history adopts it."""
        self.able(platform, Adopts, "adopts")
        assert isinstance(platform, Adopts)
        assert isinstance(platform, Finds), "what cannot be found cannot be adopted"
        found = platform.find(LABELS, bench.step("status"))
        return platform.adopt(found, bench.step("status", operation=step.facts.operation))


def _keys(found: tuple[Resource, ...]) -> set[str]:
    """Return the keys of what was found."""
    return {each.key for each in found}


def deployed(platform: Platform, artifact: Artifact | None, step: FakeStep) -> Recorded[Any]:
    """Deploy, and return what the history would know of it."""
    return step.recorded(artifact, platform.deploy(artifact, step))
