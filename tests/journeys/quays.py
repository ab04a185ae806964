"""The fixtures of journeys with containers; a test that imports one can ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.engines import images
from tests.engines.docker import Daemon, Engine
from tests.journeys.place import Place
from tests.journeys.quay import Quay

__all__ = ["any_quay", "lone_quay", "quay"]


@pytest.fixture
def quay(empty: Place, docker_engine: Engine, worker_id: str) -> Iterator[Quay]:
    """Give a project with a small web app on the run's engine, of which nothing is left afterwards."""
    yield from _quay(empty, docker_engine, worker_id)


@pytest.fixture
def any_quay(empty: Place, engine: Engine, worker_id: str) -> Iterator[Quay]:
    """Give the same on the run's engine, then on the current one."""
    yield from _quay(empty, engine, worker_id)


@pytest.fixture
def lone_quay(empty: Place, fresh_engine: Callable[..., Daemon]) -> Iterator[tuple[Quay, Daemon]]:
    """Give the same on an engine that is the test's alone, and that engine; it has to run at the end."""
    daemon = fresh_engine()
    made = Quay(empty, daemon.engine(), "quay")
    made.lay(images.web(made.engine))
    yield made, daemon
    made.leave()


def _quay(place: Place, engine: Engine, worker: str) -> Iterator[Quay]:
    made = Quay(place, engine, f"quay-{worker}-{place.root.name.lower().replace('_', '-')}")
    made.lay(images.web(engine))
    yield made
    made.leave()
