"""The contract of a registry, held by real ones: for what an engine has, and for what a registry has already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest

from milepost.sdk import Artifact, PluginConfig, RegistryOffer
from milepost.testing.bench import Bench
from milepost.testing.contracts.registry import RegistryContract
from milepost_docker import plugin
from milepost_docker.image import Image
from milepost_docker.reference import parse
from milepost_docker.registry.api import RegistryClient
from milepost_docker.registry.config import DockerRegistryConfig
from tests.engines.docker import Engine
from tests.engines.registries import Registry

from .laying import Laid, nobody


def offered() -> RegistryOffer:
    """Return the offer of the registry."""
    offer = plugin.milepost_registry("docker")
    assert offer is not None
    return offer


class TestWhatAnEngineHas(RegistryContract):
    """An image that was built and pushed nowhere: the registry gives it its digest."""

    points: ClassVar[int] = 6

    @pytest.fixture
    def offer(self) -> RegistryOffer:
        return offered()

    @pytest.fixture
    def config(self, configured: Callable[..., DockerRegistryConfig]) -> PluginConfig:
        return configured()

    @pytest.fixture
    def elsewhere(self, guarded: Callable[..., DockerRegistryConfig]) -> PluginConfig:
        return guarded(tag="promoted")

    @pytest.fixture
    def artifact(self, make_image: Callable[[str], Artifact]) -> Artifact:
        return make_image("of an engine")

    @pytest.fixture
    def lose(self, docker_engine: Engine) -> Callable[[Artifact], None]:
        def lose(artifact: Artifact) -> None:
            docker_engine.docker("image", "rm", artifact.digest)

        return lose


class TestWhatARegistryHas(RegistryContract):
    """A list of two images that a builder pushed by itself, where it was told to."""

    points: ClassVar[int] = 6

    @pytest.fixture
    def offer(self) -> RegistryOffer:
        return offered()

    @pytest.fixture
    def config(self, configured: Callable[..., DockerRegistryConfig]) -> PluginConfig:
        return configured(tag="1.0", tags=("latest",))

    @pytest.fixture
    def elsewhere(self, guarded: Callable[..., DockerRegistryConfig]) -> PluginConfig:
        return guarded(tag="promoted")

    @pytest.fixture
    def artifact(self, open_registry: Registry, mark: str, bench: Bench) -> Artifact:
        with RegistryClient(nobody(open_registry.host), bench.step("build")) as client:
            there = Laid(client, mark)
            images = [(there.image("a"), "linux/amd64"), (there.image("b", "arm64"), "linux/arm64")]
            digest = there.list(images, tag="1.0").digest
        platforms = tuple(platform for _, platform in images)
        reference = parse(f"{open_registry.host}/{mark}:1.0")
        return Image(reference=reference, digest=digest, location="registry", platforms=platforms).artifact()

    @pytest.fixture
    def lose(self, open_registry: Registry, mark: str, bench: Bench) -> Callable[[Artifact], None]:
        def lose(artifact: Artifact) -> None:
            with RegistryClient(nobody(open_registry.host), bench.step("build")) as client:
                client.delete_manifest(mark, artifact.digest)

        return lose


class TestOnTheEngineAlone(RegistryContract):
    """With `local`, an image gets another name and stays where it is."""

    points: ClassVar[int] = 6
    lacks: ClassVar[Mapping[str, str]] = {
        "copies": "what is on one engine alone cannot be taken along",
        "grants": "there is no registry to push to",
    }

    @pytest.fixture
    def offer(self) -> RegistryOffer:
        return offered()

    @pytest.fixture
    def config(self, configured: Callable[..., DockerRegistryConfig]) -> PluginConfig:
        return configured(local=True, tag="mine")

    @pytest.fixture
    def artifact(self, make_image: Callable[[str], Artifact]) -> Artifact:
        return make_image("that stays")

    @pytest.fixture
    def lose(self, docker_engine: Engine) -> Callable[[Artifact], None]:
        def lose(artifact: Artifact) -> None:
            docker_engine.docker("image", "rm", artifact.digest)

        return lose
