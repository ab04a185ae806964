"""What tests of the builders share: a bench whose steps find an engine, and the removal of what was built there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import contract_env
from milepost.testing.step import FakeStep
from milepost_docker.builder.config import DockerBuildConfig
from milepost_docker.engine.config import ClientConfig
from tests.engines import images
from tests.engines.docker import Engine

LABEL = "test.milepost.builder"


class EngineBench(Bench):
    """A bench whose steps have what programs need to use an engine."""

    def __init__(self, folder: Path, engine: Engine, **words: Any) -> None:
        super().__init__(folder, **words)
        self._engine = engine

    def step(self, stage: str, **facts: Any) -> FakeStep:
        """Return a new step, whose operation is that of no other test: images are named by it, on one engine."""
        facts.setdefault("operation", f"01{uuid4().hex[:24].upper()}")
        own = {name: self._engine.environment[name] for name in ("PATH", "DOCKER_HOST", "DOCKER_CONFIG")}
        environment = {**own, "HOME": str(self.folder / "home"), **facts.pop("environment", {})}
        return super().step(stage, environment=environment, **facts)


@pytest.fixture
def base(engine: Engine) -> str:
    """Return the image with busybox on the engine of the test."""
    return images.base(engine)


@pytest.fixture
def mark(engine: Engine) -> Iterator[str]:
    """Return the value of a label that only this test's images have; they are removed after it."""
    value = uuid4().hex
    yield value
    engine.remove(f"{LABEL}={value}")


@pytest.fixture
def configured(engine: Engine, mark: str) -> Callable[..., DockerBuildConfig]:
    """Return what makes a config whose images are removed after the test."""

    def make(**fields: Any) -> DockerBuildConfig:
        labels = {LABEL: mark, **fields.pop("labels", {})}
        return DockerBuildConfig(labels=labels, client_config=ClientConfig(host=engine.host), **fields)

    return make


@pytest.fixture
def workshop(tmp_path: Path, engine: Engine) -> EngineBench:
    """Return a bench whose steps use the engine of the test."""
    return EngineBench(tmp_path / "bench", engine, env=contract_env())


@pytest.fixture
def with_buildx(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put buildx on the PATH, where steps of any bench find it."""
    plugins = Path(engine.environment["DOCKER_CONFIG"]) / "cli-plugins"
    if not (plugins / "docker-buildx").exists():
        pytest.skip("docker-buildx: not built")
    monkeypatch.setenv("PATH", f"{plugins}{os.pathsep}{os.environ['PATH']}")
