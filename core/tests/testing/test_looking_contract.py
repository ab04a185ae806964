"""The contract of those that look, run against the fakes that are shipped with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from milepost.sdk.deployment import Recorded
from milepost.testing.bench import Bench
from milepost.testing.contracts.finding import deployed
from milepost.testing.contracts.looking import LookingContract
from milepost.testing.fakes.builder import FakeBuilder, FakeBuilderConfig
from milepost.testing.fakes.platform import FakePlatform, FakePlatformConfig
from milepost.testing.fakes.releaser import FakeReleaser, FakeReleaserConfig


class TestFakePlatform(LookingContract):
    @pytest.fixture
    def role(self) -> FakePlatform:
        return FakePlatform(FakePlatformConfig())

    @pytest.fixture
    def standing(self, role: FakePlatform, bench: Bench) -> Recorded[Any]:
        (bench.source / "index.html").write_text("hello")
        built = FakeBuilder(FakeBuilderConfig()).build(bench.step("build"))
        return deployed(role, built, bench.step("deploy"))


class TestFakeReleaser(LookingContract):
    lacks: ClassVar[Mapping[str, str]] = {"opens": "it is no platform"}

    @pytest.fixture
    def role(self) -> FakeReleaser:
        return FakeReleaser(FakeReleaserConfig())
