"""What the tests of buildpacks share: a builder made on the spot, once for each engine, and steps that find it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from milepost.host import processes
from milepost.sdk import Command, Result
from milepost.sdk.artifact import RegistryAccess
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import contract_env
from milepost.testing.runner import Runner
from tests.engines.buildpacks import Buildpacks, make_buildpacks
from tests.engines.docker import Engine
from tests.engines.registries import Registry


@pytest.fixture(scope="session")
def buildpacks(docker_engine: Engine, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Buildpacks:
    """Give a builder on the run's engine."""
    return make_buildpacks(docker_engine, registry, tmp_path_factory.mktemp("buildpacks"))


@pytest.fixture(scope="session")
def current_buildpacks(
    current_engine: Engine, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Buildpacks:
    """Give a builder on the current engine, into which a lifecycle can put images."""
    return make_buildpacks(current_engine, registry, tmp_path_factory.mktemp("current-buildpacks"))


@pytest.fixture(scope="session")
def cache(docker_engine: Engine) -> Iterator[str]:
    """Give the name of a volume on the run's engine for the cache of builds."""
    name = f"milepost-test-{uuid4().hex}"
    yield name
    docker_engine.docker("volume", "rm", name, check=False)


@pytest.fixture
def access(registry: Registry) -> RegistryAccess:
    """Give the way into the registry."""
    return RegistryAccess(reference=f"{registry.host}/shop/web", server=registry.host, insecure=True)


@pytest.fixture
def bench(buildpacks: Buildpacks, tmp_path: Path) -> Bench:
    """Give steps that find the builder on the run's engine."""
    return Bench(tmp_path / "bench", runner=runner_of(buildpacks))


@pytest.fixture
def current_bench(current_buildpacks: Buildpacks, tmp_path: Path) -> Bench:
    """Give steps that find the builder on the current engine."""
    return Bench(tmp_path / "bench", runner=runner_of(current_buildpacks), env=contract_env())


def runner_of(buildpacks: Buildpacks) -> Runner:
    """Return what runs programs in the environment of a builder."""

    def run(command: Command, environment: Mapping[str, str], watch: processes.Watch) -> Result:
        return processes.run(command, {**environment, **buildpacks.environment}, watch)

    return run
