"""The builder keeps the contract of builders: with a real engine, and, at each point of its work, with a fake one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from milepost.sdk import BuilderOffer, PluginConfig
from milepost.testing.bench import Bench
from milepost.testing.contracts.builder import BuilderContract
from milepost.testing.contracts.contract import contract_env
from milepost_buildpacks import plugin
from milepost_buildpacks.config import BuildpacksConfig
from tests.engines.buildpacks import Buildpacks

from .fakes import fake_programs


class TestBuildpacks(BuilderContract):
    # Each costs two builds; with the fake engine all points are tried.
    points: ClassVar[int] = 3

    @pytest.fixture
    def bench(self, current_bench: Bench) -> Bench:
        return current_bench

    @pytest.fixture
    def offer(self) -> BuilderOffer:
        offer = plugin.milepost_builder("buildpacks")
        assert offer is not None
        return offer

    @pytest.fixture
    def config(self, current_buildpacks: Buildpacks, worker_id: str) -> PluginConfig:
        return _config(current_buildpacks, worker_id)

    @pytest.fixture
    def failing(self, current_buildpacks: Buildpacks, worker_id: str) -> PluginConfig:
        return msgspec.structs.replace(_config(current_buildpacks, worker_id), ignore=["index.html"])


def _config(made: Buildpacks, worker: str) -> BuildpacksConfig:
    """Return a config whose caches no other worker uses: they share the engine and not the locks."""
    return BuildpacksConfig(
        builder=made.builder,
        trust_builder=True,
        pull_policy="if-not-present",
        cache=f"volume:contract-{worker}.build",
        launch_cache=f"volume:contract-{worker}.launch",
    )


class TestBuildpacksByFakes(BuilderContract):
    lacks: ClassVar[Mapping[str, str]] = {"keeps": "the fake engine keeps nothing"}

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        return Bench(tmp_path / "bench", runner=fake_programs(), env=contract_env())

    @pytest.fixture
    def offer(self) -> BuilderOffer:
        offer = plugin.milepost_builder("pack")
        assert offer is not None
        return offer

    @pytest.fixture
    def config(self) -> PluginConfig:
        return BuildpacksConfig()

    @pytest.fixture
    def failing(self) -> PluginConfig:
        return BuildpacksConfig(builder="broken")
