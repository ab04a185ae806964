"""The contracts, run against the fakes that are shipped with them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from milepost.sdk.artifact import Artifact
from milepost.sdk.config import PluginConfig
from milepost.sdk.deployment import HTTP_ENDPOINT, Endpoint, Release
from milepost.sdk.offer import BuilderOffer, ConfigSourceOffer, PlatformOffer, RegistryOffer, ReleaserOffer
from milepost.sdk.source import SourceStep
from milepost.testing.bench import Bench
from milepost.testing.contracts.builder import BuilderContract
from milepost.testing.contracts.config_source import ConfigSourceContract
from milepost.testing.contracts.platform import PlatformContract
from milepost.testing.contracts.registry import RegistryContract
from milepost.testing.contracts.releaser import ReleaserContract
from milepost.testing.fakes import plugin
from milepost.testing.fakes.builder import FakeBuilder, FakeBuilderConfig, FakeRegistryConfig
from milepost.testing.fakes.images import FakeEngineConfig, FakeImageBuilder, FakeImageConfig, FakeImagesConfig
from milepost.testing.fakes.platform import FakePlatformConfig, leftovers
from milepost.testing.fakes.releaser import FakeReleaserConfig
from milepost.testing.fakes.source import VALUES, FakeSourceArguments
from milepost.testing.fakes.world import World
from milepost.testing.project import write_files
from milepost.testing.source import FakeSourceStep


def built(bench: Bench) -> Artifact:
    (bench.source / "index.html").write_text("hello")
    return FakeBuilder(FakeBuilderConfig()).build(bench.step("build"))


class TestFakeBuilder(BuilderContract):
    @pytest.fixture
    def offer(self) -> BuilderOffer:
        return plugin.milepost_builder("fake")

    @pytest.fixture
    def config(self) -> FakeBuilderConfig:
        return FakeBuilderConfig()

    @pytest.fixture
    def failing(self) -> FakeBuilderConfig:
        return FakeBuilderConfig(fail="build")


class TestFakeRegistry(RegistryContract):
    lacks: ClassVar[Mapping[str, str]] = {"grants": "its folders are open to everybody"}

    @pytest.fixture
    def offer(self) -> RegistryOffer:
        return plugin.milepost_registry("fake")

    @pytest.fixture
    def config(self) -> FakeRegistryConfig:
        return FakeRegistryConfig()

    @pytest.fixture
    def elsewhere(self) -> FakeRegistryConfig:
        return FakeRegistryConfig(name="elsewhere")

    @pytest.fixture
    def artifact(self, bench: Bench) -> Artifact:
        return built(bench)

    @pytest.fixture
    def lose(self) -> Callable[[Artifact], None]:
        return lambda artifact: shutil.rmtree(artifact.reference)


def image(bench: Bench) -> Artifact:
    (bench.source / "index.html").write_text("hello")
    return FakeImageBuilder(FakeImageConfig()).build(bench.step("build"))


class TestFakeImageBuilder(BuilderContract):
    @pytest.fixture
    def offer(self) -> BuilderOffer:
        return plugin.milepost_builder("fake-image")

    @pytest.fixture
    def config(self) -> FakeImageConfig:
        return FakeImageConfig()

    @pytest.fixture
    def failing(self) -> FakeImageConfig:
        return FakeImageConfig(fail="build")


class TestFakeImages(RegistryContract):
    @pytest.fixture
    def offer(self) -> RegistryOffer:
        return plugin.milepost_registry("fake-images")

    @pytest.fixture
    def config(self) -> FakeImagesConfig:
        return FakeImagesConfig()

    @pytest.fixture
    def elsewhere(self) -> FakeImagesConfig:
        return FakeImagesConfig(server="elsewhere.fake")

    @pytest.fixture
    def artifact(self, bench: Bench) -> Artifact:
        return image(bench)

    @pytest.fixture
    def lose(self, bench: Bench) -> Callable[[Artifact], None]:
        return lambda artifact: FakeImageBuilder(FakeImageConfig()).delete(artifact, bench.step("destroy"))


class FakePlatformContract(PlatformContract):
    word = "fake"

    @pytest.fixture
    def offer(self) -> PlatformOffer:
        return plugin.milepost_platform(self.word)

    @pytest.fixture
    def config(self) -> FakePlatformConfig:
        return FakePlatformConfig()

    @pytest.fixture
    def failing(self) -> FakePlatformConfig:
        return FakePlatformConfig(fail="ready")

    @pytest.fixture
    def endless(self) -> FakePlatformConfig:
        return FakePlatformConfig(hang="ready")

    @pytest.fixture
    def artifact(self, bench: Bench) -> Artifact:
        return built(bench)

    @pytest.fixture
    def remains(self, bench: Bench) -> Callable[[], list[str]]:
        return lambda: leftovers(bench.data)


class TestFakePlatform(FakePlatformContract):
    pass


class TestFakeEngine(FakePlatformContract):
    word = "fake-engine"

    @pytest.fixture
    def config(self) -> FakePlatformConfig:
        return FakeEngineConfig()

    @pytest.fixture
    def failing(self) -> FakePlatformConfig:
        return FakeEngineConfig(fail="ready")

    @pytest.fixture
    def endless(self) -> FakePlatformConfig:
        return FakeEngineConfig(hang="ready")

    @pytest.fixture
    def artifact(self, bench: Bench) -> Artifact:
        return image(bench)


NOTHING = "the plain platform can do no more than it must"


class TestPlainPlatform(FakePlatformContract):
    word = "fake-plain"
    lacks = dict.fromkeys(("parks", "logs", "exec", "tasks", "finds", "adopts", "scales"), NOTHING)


class TestInPlacePlatform(FakePlatformContract):
    word = "fake-in-place"
    lacks = TestPlainPlatform.lacks | {"beside": "all deployments are one object"}


class TestFakeReleaser(ReleaserContract):
    @pytest.fixture
    def offer(self) -> ReleaserOffer:
        return plugin.milepost_releaser("fake")

    @pytest.fixture
    def config(self) -> FakeReleaserConfig:
        return FakeReleaserConfig()

    @pytest.fixture
    def endpoints(self) -> Callable[[str], tuple[Endpoint, ...]]:
        return lambda operation: (Endpoint(kind=HTTP_ENDPOINT, address="http://127.0.0.1:9"),)

    @pytest.fixture
    def ask(self, bench: Bench) -> Callable[[Release], str]:
        def answer(release: Release) -> str:
            host = release.urls[0].removeprefix("http://").removesuffix(".fake")
            live: str = World(bench.data).read()["routes"][host.replace(".", "/")]
            return live

        return answer


class TestFakeSource(ConfigSourceContract):
    @pytest.fixture
    def offer(self) -> ConfigSourceOffer:
        return plugin.milepost_config_source("fake")

    @pytest.fixture
    def values(self) -> Mapping[str, PluginConfig]:
        return {"sekret-one": FakeSourceArguments(name="one"), "sekret-two": FakeSourceArguments(name="two")}

    @pytest.fixture
    def absent(self) -> PluginConfig:
        return FakeSourceArguments(name="gone")

    @pytest.fixture
    def broken(self) -> PluginConfig:
        return FakeSourceArguments(name="sealed")

    @pytest.fixture
    def step(self, tmp_path: Path) -> SourceStep:
        write_files(tmp_path / "home", {VALUES: '{"one": "sekret-one", "two": "sekret-two", "sealed": null}'})
        return FakeSourceStep(tmp_path)


def test_the_world_of_the_fakes_survives_the_one_who_made_it(tmp_path: Path) -> None:
    World(tmp_path).note("deploy web")
    assert World(tmp_path).log() == ["deploy web"]
