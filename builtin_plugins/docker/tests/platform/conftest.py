"""A bench on a real engine: what it makes there is told apart from what other tests make, and removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from milepost.sdk import Artifact, Recorded
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import contract_env
from milepost.testing.step import FakeStep
from milepost_docker.engine.config import ClientConfig
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.platform import DockerPlatform
from tests.engines import images
from tests.engines.docker import Engine

OWN = "test.milepost.platform"
"""The label of all that these tests make."""
SERVE = ["sh", "-c", "trap 'exit 0' TERM; echo serving; httpd -f -h /www -p $PORT & wait $!"]
WORK = ["sh", "-c", "trap 'exit 0' TERM; echo working; sleep 300 & wait $!"]


class EngineBench(Bench):
    """Makes steps whose operations nobody else has, in a project of the worker's own: engines are shared."""

    project = f"shop-{uuid4().hex[:8]}"

    def step(self, stage: str, **facts: Any) -> FakeStep:
        """Return a new step."""
        facts.setdefault("operation", f"01TEST{uuid4().hex[:20]}".upper())
        facts.setdefault("project", self.project)
        return super().step(stage, **facts)


@pytest.fixture
def engine_bench(tmp_path: Path) -> Bench:
    """A bench with a secret in the app's env."""
    return EngineBench(tmp_path / "bench", env=contract_env())


@pytest.fixture
def bench(engine_bench: Bench) -> Bench:
    """The same for tests that inherit no contract, which has a bench of its own."""
    return engine_bench


@pytest.fixture(scope="session")
def on_engine(docker_engine: Engine) -> Iterator[dict[str, Any]]:
    """What each config says: where the engine is, and the label of what is made there."""
    yield {"client_config": ClientConfig(host=docker_engine.host), "labels": {OWN: EngineBench.project}}
    docker_engine.remove(f"milepost/project={EngineBench.project}")


@pytest.fixture(scope="session")
def current(current_engine: Engine) -> Iterator[dict[str, Any]]:
    """The engine of today's version, what a config says of it, and the web image there."""
    said = {"client_config": ClientConfig(host=current_engine.host), "labels": {OWN: EngineBench.project}}
    yield {"engine": current_engine, "said": said, "image": image_of(current_engine, images.web(current_engine))}
    current_engine.remove(f"milepost/project={EngineBench.project}")


@pytest.fixture
def config(on_engine: dict[str, Any]) -> Callable[..., DockerConfig]:
    """Makes a config for the engine; a web server where nothing else is said."""
    return lambda **said: DockerConfig(**{"command": SERVE, "stop_timeout": 3.0, **on_engine, **said})


@pytest.fixture(scope="session")
def image(docker_engine: Engine, web_image: str) -> Artifact:
    """An image with a web server, on the engine alone."""
    return image_of(docker_engine, web_image)


def image_of(engine: Engine, name: str) -> Artifact:
    """Return an image of the engine as a builder would."""
    (told,) = json.loads(engine.docker("image", "inspect", name))
    details = {"location": "engine", "engine": engine.host}
    return Artifact(kind="container-image/1", reference=name, digest=told["Id"], provisional=True, details=details)


@pytest.fixture
def remove_containers(docker_engine: Engine, containers: Callable[[], list[str]]) -> Iterator[None]:
    """Removes, after the test, what it has left."""
    yield
    if left := containers():
        docker_engine.docker("rm", "--force", *left)


@pytest.fixture
def containers(docker_engine: Engine, engine_bench: Bench) -> Callable[[], list[str]]:
    """Lists the containers that the bench's steps have left."""

    def listed() -> list[str]:
        names = docker_engine.docker("ps", "--all", "--format", "{{.Names}}").split()
        return [name for name in names if any(name.startswith(step.key()) for step in engine_bench.steps)]

    return listed


@pytest.fixture
def deploy(bench: Bench, image: Artifact) -> Iterator[Callable[..., Recorded[Any]]]:
    """Deploys the image with a config, and removes it after the test."""
    made: list[tuple[DockerConfig, FakeStep]] = []

    def run(config: DockerConfig, artifact: Artifact | None = None, **facts: Any) -> Recorded[Any]:
        step = bench.step("deploy", **facts)
        made.append((config, step))
        deployment = DockerPlatform(config).deploy(artifact or image, step)
        return step.recorded(artifact or image, deployment)

    yield run
    for config, step in made:
        DockerPlatform(config).destroy(step.recorded(), bench.step("destroy", volumes=True))
