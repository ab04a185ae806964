"""What the tests of registries share: servers that answer as they are told, images, configs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from milepost.sdk import Artifact
from milepost.testing.bench import Bench
from milepost_docker.engine.config import ClientConfig
from milepost_docker.image import inspected
from milepost_docker.login import credential
from milepost_docker.reference import parse
from milepost_docker.registry.config import DockerRegistryConfig
from tests.engines.docker import Engine
from tests.engines.registries import Registry, make_registry

from .laying import layer_of, sha
from .telling import TellsServer

LABEL = "test.milepost.registry"


@pytest.fixture
def make_server() -> Iterator[Callable[[], TellsServer]]:
    """Give what makes servers that answer as they are told."""
    made: list[TellsServer] = []

    def make() -> TellsServer:
        made.append(TellsServer())
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def server(make_server: Callable[[], TellsServer]) -> TellsServer:
    return make_server()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench")


@pytest.fixture(scope="session")
def open_registry(worker_id: str) -> Iterator[Registry]:
    """Give a registry without TLS and password. Contracts call what they test `registry`, hence another name."""
    made = make_registry(f"open-{worker_id}")
    yield made
    made.kill()


@pytest.fixture
def mark(docker_engine: Engine) -> Iterator[str]:
    """Give what only the images of this test are called; they are removed after it."""
    value = uuid4().hex[:12]
    yield value
    docker_engine.remove(f"{LABEL}={value}")


@pytest.fixture
def make_image(docker_engine: Engine, mark: str) -> Callable[[str], Artifact]:
    """Give what makes an image of a few hundred bytes on the engine, as a builder would tell of it."""

    def make(text: str = "hello") -> Artifact:
        name = f"milepost/{mark}:{sha(text)[7:19]}"
        docker_engine.docker("import", "--change", f"LABEL {LABEL}={mark}", "-", name, stdin=layer_of(text))
        answer = json.loads(docker_engine.docker("image", "inspect", name))[0]
        return inspected(parse(name), answer, docker_engine.host).artifact()

    return make


@pytest.fixture
def configured(docker_engine: Engine, open_registry: Registry, mark: str) -> Callable[..., DockerRegistryConfig]:
    """Give what makes a config for a repository of this test alone."""

    def make(**words: Any) -> DockerRegistryConfig:
        usual = {"image": f"{open_registry.host}/{mark}", "client_config": ClientConfig(host=docker_engine.host)}
        return DockerRegistryConfig(**{**usual, **words})

    return make


@pytest.fixture
def guarded(
    configured: Callable[..., DockerRegistryConfig], registry_with_password: Registry, mark: str
) -> Callable[..., DockerRegistryConfig]:
    """Give what makes a config for the registry with TLS and a password."""

    def make(**words: Any) -> DockerRegistryConfig:
        known = {"username": registry_with_password.user, "password": credential(registry_with_password.password)}
        place = {"image": f"{registry_with_password.host}/{mark}", "ca": str(registry_with_password.ca)}
        return configured(**{**place, **known, **words})

    return make
