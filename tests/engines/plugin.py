"""What pytest is told of engines: the fixtures, the marks of tests that use them, and the end of what was started."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.engines import docker, images, premises
from tests.engines.docker import Daemon, Engine
from tests.engines.registries import Registry, make_registry
from tests.engines.ssh import SshServer, make_ssh_server

OF_DOCKER = frozenset({"docker_engine", "current_engine", "fresh_engine", "engine"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need an engine, so that a run can leave them out."""
    for item in items:
        used = frozenset(getattr(item, "fixturenames", ()))
        if used & OF_DOCKER:
            item.add_marker("engine")
        if "current_engine" in used:
            item.add_marker("current_engine")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End, in the process that leads the run, what any of its workers has started."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        try:
            if premises.are_used():
                images.remove_all()
        finally:
            premises.conclude()


@pytest.fixture(scope="session")
def docker_engine() -> Engine:
    """Give the engine of this run, which is shared by all workers: what a test makes there, it labels and removes."""
    if docker.required() and not docker.why_no_daemon():
        return docker.shared(docker.DEBIAN)
    return docker.users()


@pytest.fixture(scope="session")
def current_engine() -> Engine:
    """Give a dockerd of today's version, shared by all workers."""
    return docker.shared(docker.CURRENT, current=True)


@pytest.fixture(scope="session", params=["debian", pytest.param("current", marks=pytest.mark.current_engine)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Give the run's engine, then the current one: for suites that are to hold with both."""
    chosen: Engine = request.getfixturevalue("docker_engine" if request.param == "debian" else "current_engine")
    return chosen


@pytest.fixture(scope="session")
def _names(worker_id: str) -> Iterator[str]:
    """Give names for daemons that no other worker gives."""
    return (f"{worker_id}-{number}" for number in count(1))


@pytest.fixture
def fresh_engine(_names: Iterator[str]) -> Iterator[Callable[..., Daemon]]:
    """Give what makes a daemon that is the test's alone, running; `current=True` for one of today's version."""
    made: list[Daemon] = []

    def make(*, current: bool = False) -> Daemon:
        reason = docker.why_no_daemon(current=current)
        if reason:
            pytest.skip(reason)
        made.append(Daemon(next(_names), current))
        made[-1].start()
        return made[-1]

    yield make
    for daemon in made:
        daemon.raze()


@pytest.fixture(scope="session")
def base_image(docker_engine: Engine) -> str:
    """Give the name of an image with busybox on the run's engine: a shell, sleep, nc, wget, httpd."""
    return images.base(docker_engine)


@pytest.fixture(scope="session")
def web_image(docker_engine: Engine) -> str:
    """Give the name of an image on the run's engine that serves `hello` over HTTP on port $PORT, or 8080."""
    return images.web(docker_engine)


@pytest.fixture(scope="session")
def registry(worker_id: str) -> Iterator[Registry]:
    """Give a registry without TLS and password, one for each worker."""
    made = make_registry(f"registry-{worker_id}")
    yield made
    made.kill()


@pytest.fixture(scope="session")
def registry_with_password(worker_id: str) -> Iterator[Registry]:
    """Give a registry that speaks TLS and wants a name and a password, one for each worker."""
    made = make_registry(f"guarded-{worker_id}", guarded=True)
    yield made
    made.kill()


@pytest.fixture
def fresh_registry(_names: Iterator[str]) -> Iterator[Registry]:
    """Give a registry that is the test's alone, which may be killed and started again."""
    made = make_registry(f"registry-{next(_names)}")
    yield made
    made.kill()


@pytest.fixture
def ssh_server(_names: Iterator[str], docker_engine: Engine) -> Iterator[SshServer]:
    """Give an ssh server on loopback, behind which `docker` finds the run's engine."""
    made = make_ssh_server(f"ssh-{next(_names)}", docker_engine)
    yield made
    made.stop()
