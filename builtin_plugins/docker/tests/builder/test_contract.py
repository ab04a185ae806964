"""The contract of a builder, held by all three on real engines and registries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar
from uuid import uuid4

import pytest

from milepost.sdk import BuilderOffer, PluginConfig
from milepost.testing.bench import Bench
from milepost.testing.contracts.builder import BuilderContract
from milepost_docker import plugin
from milepost_docker.builder.config import DockerBuildConfig, PullConfig, RefConfig
from milepost_docker.engine.config import ClientConfig
from tests.engines import images
from tests.engines.docker import Engine
from tests.engines.registries import Registry

FILES = {"index.html": "<p>hello</p>\n", "pages/about.html": "<p>about</p>\n", "Bad": "FROM scratch\nRUN /none\n"}
NOT_OURS = "the image is somebody else's, and not made of the app's files"


def offered(word: str) -> BuilderOffer:
    """Return the offer of a builder."""
    offer = plugin.milepost_builder(word)
    assert offer is not None
    return offer


class TestBuildKit(BuilderContract):
    points: ClassVar[int] = 12

    @pytest.fixture
    def bench(self, workshop: Bench) -> Bench:
        return workshop

    @pytest.fixture
    def offer(self) -> BuilderOffer:
        return offered("docker")

    @pytest.fixture
    def config(self, with_buildx: None, configured: Callable[..., DockerBuildConfig]) -> PluginConfig:
        return configured(buildkit=True)

    @pytest.fixture
    def failing(self, configured: Callable[..., DockerBuildConfig]) -> PluginConfig:
        return configured(dockerfile="Bad", buildkit=True)

    @pytest.fixture
    def files(self, base: str) -> Mapping[str, str]:
        return {**FILES, "Dockerfile": f"FROM {base}\nCOPY . /www\n"}


class TestClassic(BuilderContract):
    points: ClassVar[int] = 12

    @pytest.fixture
    def bench(self, workshop: Bench) -> Bench:
        return workshop

    @pytest.fixture
    def engine(self, docker_engine: Engine) -> Engine:
        return docker_engine

    @pytest.fixture
    def offer(self) -> BuilderOffer:
        return offered("docker")

    @pytest.fixture
    def config(self, configured: Callable[..., DockerBuildConfig]) -> PluginConfig:
        return configured(buildkit=False)

    @pytest.fixture
    def failing(self, configured: Callable[..., DockerBuildConfig]) -> PluginConfig:
        return configured(dockerfile="Bad", buildkit=False)

    @pytest.fixture
    def files(self, base: str) -> Mapping[str, str]:
        return {**FILES, "Dockerfile": f"FROM {base}\nCOPY . /www\n"}


@pytest.fixture(scope="module")
def foreign(docker_engine: Engine, registry: Registry) -> Iterator[str]:
    """Return an image that a registry has and the engine does not: name and tag."""
    name = f"{registry.host}/foreign-{uuid4().hex[:8]}"
    docker_engine.docker("tag", images.base(docker_engine), f"{name}:1")
    docker_engine.docker("push", f"{name}:1")
    docker_engine.docker("image", "rm", f"{name}:1")
    yield name
    left = docker_engine.docker("image", "ls", "--format", "{{.Repository}}@{{.Digest}}", "--digests", name)
    for each in left.split():
        docker_engine.docker("image", "rm", each)


class TestDockerPull(BuilderContract):
    points: ClassVar[int] = 6
    lacks: ClassVar[Mapping[str, str]] = {"of-files": NOT_OURS}

    @pytest.fixture
    def offer(self) -> BuilderOffer:
        return offered("docker-pull")

    @pytest.fixture
    def config(self, docker_engine: Engine, foreign: str) -> PluginConfig:
        return PullConfig(image=foreign, tag="1", client_config=ClientConfig(host=docker_engine.host))

    @pytest.fixture
    def failing(self, docker_engine: Engine, foreign: str) -> PluginConfig:
        return PullConfig(image=foreign, tag="2", client_config=ClientConfig(host=docker_engine.host))


class TestDockerRef(BuilderContract):
    points: ClassVar[int] = 6
    lacks: ClassVar[Mapping[str, str]] = {"of-files": NOT_OURS, "keeps": "what is not ours is never deleted"}

    @pytest.fixture
    def offer(self) -> BuilderOffer:
        return offered("docker-ref")

    @pytest.fixture
    def config(self, foreign: str) -> PluginConfig:
        return RefConfig(image=foreign, tag="1")

    @pytest.fixture
    def failing(self, foreign: str) -> PluginConfig:
        return RefConfig(image=foreign, tag="2")
