"""Platforms that find and adopt wrongly, in one way each: pytest collects this only as the copy a test makes of it."""

from __future__ import annotations

from msgspec import structs
from test_wrong_plugins import OfPlatform  # type: ignore[import-not-found]  # the copy beside this one

from milepost.testing.fakes.platform import FakePlatform
from milepost.testing.fakes.world import World


class TestFindsAll(OfPlatform):
    class Made(FakePlatform):
        def find(self, labels, step):
            return super().find({}, step)


class TestLosesParked(OfPlatform):
    class Made(FakePlatform):
        def find(self, labels, step):
            there = World(step.facts.data).read()["deployments"]
            return tuple(each for each in super().find(labels, step) if there[each.key]["health"] != "parked")


class TestFindsByNameOnly(OfPlatform):
    class Made(FakePlatform):
        def find(self, labels, step):
            return tuple(structs.replace(each, key=f"{each.key}-1") for each in super().find(labels, step))


class TestAdoptsHalves(OfPlatform):
    class Made(FakePlatform):
        def adopt(self, resources, step):
            with World(step.facts.data).change() as world:
                halves = [world["deployments"][each.key] for each in resources]
                before = [each["health"] for each in halves]
                for each in halves:
                    each["health"] = "ready" if each["health"] == "alive" else each["health"]
            adopted = super().adopt(resources, step)
            with World(step.facts.data).change() as world:
                for each, health in zip(resources, before, strict=True):
                    world["deployments"][each.key]["health"] = health
            return adopted


class TestForgetsTheArtifact(OfPlatform):
    class Made(FakePlatform):
        def adopt(self, resources, step):
            adopted = super().adopt(resources, step)
            return structs.replace(adopted, recorded=structs.replace(adopted.recorded, artifact=None))
