"""The contract of the platform, held by real containers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import uuid4

import msgspec
import pytest

from milepost.sdk import Artifact, PlatformOffer, PluginConfig, Resource
from milepost.sdk.step import Step
from milepost.testing.bench import Bench
from milepost.testing.contracts.platform import PlatformContract
from milepost_docker import plugin
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.platform import DockerPlatform
from tests.engines.docker import Engine

SERVE = ["sh", "-c", "trap 'exit 0' TERM; echo serving; httpd -f -h /www -p $PORT & wait $!"]
WORK = ["sh", "-c", "trap 'exit 0' TERM; echo working; sleep 300 & wait $!"]


class Alone(DockerPlatform):
    """Finds only what carries the labels of its config: other tests use the same engine."""

    def find(self, labels: dict[str, str], step: Step) -> tuple[Resource, ...]:
        """Return the containers that carry the labels, and those of the config."""
        return super().find({**self._config.labels, **labels}, step)


class DockerContract(PlatformContract):
    points: ClassVar[int] = 12

    @pytest.fixture
    def bench(self, engine_bench: Bench) -> Bench:
        return engine_bench

    @pytest.fixture(autouse=True)
    def _none_left(self, remove_containers: None) -> None:
        """Remove the replicas of `scale` too, which are in no deploy's record."""

    @pytest.fixture
    def offer(self) -> PlatformOffer:
        offer = plugin.milepost_platform("docker")
        assert offer is not None
        fields = {name: getattr(offer, name) for name in offer.__dataclass_fields__}
        return PlatformOffer(**{**fields, "load": lambda: Alone})

    @pytest.fixture
    def failing(self, config: DockerConfig) -> PluginConfig:
        return msgspec.structs.replace(config, command=["sh", "-c", "echo no database >&2; exit 7"])

    @pytest.fixture
    def artifact(self, image: Artifact) -> Artifact:
        return image

    @pytest.fixture
    def remains(self, containers: Callable[[], list[str]]) -> Callable[[], list[str]]:
        return containers


class TestWebApp(DockerContract):
    @pytest.fixture
    def config(self, config: Callable[..., DockerConfig]) -> PluginConfig:
        return config()

    @pytest.fixture
    def endless(self, config: DockerConfig) -> PluginConfig:
        return msgspec.structs.replace(config, command=WORK)


class TestWorker(DockerContract):
    lacks: ClassVar[dict[str, str]] = dict.fromkeys(
        ("scales", "finds", "adopts", "logs", "exec", "tasks", "beside"), "the web app's suite does it"
    )

    @pytest.fixture
    def config(self, config: Callable[..., DockerConfig]) -> PluginConfig:
        return config(worker=True, command=WORK, settle=0.4)

    @pytest.fixture
    def endless(self, config: DockerConfig) -> PluginConfig:
        return msgspec.structs.replace(config, settle=600.0)


class TestOnTheCurrentEngine(DockerContract):
    points: ClassVar[int] = 3
    lacks: ClassVar[dict[str, str]] = dict.fromkeys(("beside", "finds"), "the first suite does it")

    @pytest.fixture
    def config(self, current: dict[str, Any]) -> PluginConfig:
        own = {"test.milepost.own": uuid4().hex}  # another worker may be at the same suite
        said = {**current["said"], "labels": {**current["said"]["labels"], **own}}
        return DockerConfig(command=SERVE, stop_timeout=3.0, **said)

    @pytest.fixture
    def artifact(self, current: dict[str, Any]) -> Artifact:
        found: Artifact = current["image"]
        return found

    @pytest.fixture
    def endless(self, config: DockerConfig) -> PluginConfig:
        return msgspec.structs.replace(config, command=WORK)

    @pytest.fixture
    def remains(self, current: dict[str, Any], bench: Bench) -> Callable[[], list[str]]:
        engine: Engine = current["engine"]

        def listed() -> list[str]:
            names = engine.docker("ps", "--all", "--format", "{{.Names}}").split()
            return [name for name in names if any(name.startswith(step.key()) for step in bench.steps)]

        return listed


def test_other_words_are_not_offered() -> None:
    other: Any = plugin.milepost_platform("x")
    assert other is None
