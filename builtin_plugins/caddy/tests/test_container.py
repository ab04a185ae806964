"""A Caddy beside the containers of an engine: the same routes and the same switch, inside a container."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from milepost.sdk import CommandFailedError, Deployment, Endpoint, Recorded, Release
from milepost.testing.bench import Bench
from milepost.testing.step import Died, Stop
from milepost_caddy import whereabouts
from milepost_caddy.binary import find_binary
from milepost_caddy.config import CaddyConfig, EngineConfig
from milepost_caddy.releaser import CaddyReleaser
from tests.engines import images
from tests.engines.docker import Engine

SITE = "mkdir -p /www/slow /www/stream; echo -n $0 >/www/index.html; cp /www/index.html /www/slow/0.05"
SERVE = f"{SITE}; for i in 1 2 3 4 5 6 7 8 9 0; do echo -n $0; done >/www/stream/0.1; exec httpd -f -p 8080 -h /www"
APPLETS = ("tar", "find", "sync", "ln", "printf")


@pytest.fixture(scope="session")
def caddy_image(docker_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return an image with busybox and the Caddy of this machine, for the session."""
    binary = Path(find_binary(None, Bench(tmp_path_factory.mktemp("bench")).step("status")))
    files = {f"bin/{name}": f'#!/bin/sh\nexec busybox {name} "$@"\n'.encode() for name in APPLETS}
    name = f"milepost-test/caddy:{uuid4().hex[:12]}"
    root = images.root_of({**files, "bin/caddy": binary.read_bytes()})
    docker_engine.docker("import", "--change", "ENV PATH=/bin", "-", name, stdin=root)
    yield name
    docker_engine.docker("image", "rm", "--force", name, check=False)


class Yard:
    """Apps as containers on a network, and a Caddy beside them."""

    def __init__(self, engine: Engine, image: str, bench: Bench, name: str) -> None:
        self.engine, self.image, self.bench, self.name = engine, image, bench, name
        with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
            self.port, self.other_port = one.getsockname()[1], other.getsockname()[1]
        engine.docker("network", "create", "--label", f"test.yard={name}", name)

    @property
    def config(self) -> CaddyConfig:
        """The config of an app that is released there."""
        engine = EngineConfig(host=self.engine.host, image=self.image)
        return CaddyConfig(engine=engine, port=self.port, listen="127.0.0.1", drain=2)

    def step(self, stage: str, **facts: Any) -> Any:
        """Return a step of this project."""
        return self.bench.step(stage, **{"project": self.name, "environment": dict(self.engine.environment), **facts})

    def started(self, name: str) -> Recorded[Any]:
        """Start an app that answers with its name."""
        own = f"{self.name}-{name}"
        labelled = ("--label", f"test.yard={self.name}", "--network", self.name, "--name", own)
        self.engine.docker("run", "--detach", "--init", *labelled, self.image, "sh", "-c", SERVE, name)
        endpoints = (Endpoint(kind="http-endpoint/1", address=f"http://{own}:8080"),)
        return Recorded(operation=name, deployment=Deployment(endpoints=endpoints, details={"network": self.name}))

    def end(self, name: str) -> None:
        """Kill that app."""
        self.engine.docker("rm", "--force", f"{self.name}-{name}")

    def release(self, deployment: Recorded[Any], previous: str | None = None, **facts: Any) -> Release:
        """Release it in a step of its own."""
        config = facts.pop("config", self.config)
        return CaddyReleaser(config).release(deployment, previous, self.step("release", **facts))

    @property
    def container(self) -> str:
        """The name of Caddy's container."""
        return whereabouts.wanted_spot(self.config, self.step("status")).place.name

    def runs(self) -> bool:
        """Return whether Caddy's container is there."""
        return bool(self.engine.docker("ps", "--all", "--quiet", "--filter", f"label=milepost/caddy={self.container}"))


@pytest.fixture
def yard(docker_engine: Engine, caddy_image: str, tmp_path: Path) -> Iterator[Yard]:
    """Return a yard; all that was made there is gone after the test."""
    made = Yard(docker_engine, caddy_image, Bench(tmp_path / "bench"), f"yard{uuid4().hex[:8]}")
    container = made.container
    yield made
    docker_engine.remove(f"milepost/caddy={container}")
    docker_engine.remove(f"test.yard={made.name}")


def test_switches_and_parts_under_load_fail_no_request_and_cut_no_connection(
    yard: Yard, load: Any, answer: Any
) -> None:
    live = yard.started("v0")
    release = yard.release(live)
    assert release.urls[0] == f"http://127.0.0.1:{yard.port}"
    assert answer(release) == (200, "v0")
    releaser = CaddyReleaser(yard.config)
    assert releaser.current(yard.step("status")) == "v0"
    with load(release, fresh=2, kept=3) as clients:
        for number in range(1, 3):
            new = yard.started(f"v{number}")
            releaser.weigh(new, live.operation, 40, yard.step("release"))
            assert yard.release(new, live.operation).urls == release.urls
            yard.end(live.operation)
            live = new
    assert clients.failures == []
    assert clients.answered > 50
    assert answer(release) == (200, "v2")


def test_a_part_of_the_requests_goes_elsewhere_and_comes_back(yard: Yard, answer: Any) -> None:
    release, releaser = yard.release(yard.started("old")), CaddyReleaser(yard.config)
    releaser.weigh(yard.started("new"), "old", 50, yard.step("release"))
    assert dict(releaser.weights(yard.step("status"))) == {"old": 50, "new": 50}
    assert Counter(answer(release).body for _ in range(10)) == {"old": 5, "new": 5}
    releaser.abort(yard.step("release"))
    assert {answer(release).body for _ in range(4)} == {"old"}


def test_what_is_live_survives_the_container_and_a_destroy_leaves_nothing(yard: Yard, answer: Any) -> None:
    config, step = yard.config, yard.step("release")
    releaser = CaddyReleaser(config)
    release = releaser.release(yard.started("one"), None, step)
    assert releaser.status(step.recorded(), yard.step("status")).name == "ready"
    yard.engine.docker("kill", yard.container)
    assert releaser.current(yard.step("status")) == "one"
    assert releaser.status(step.recorded(), yard.step("status")).name == "down"
    assert answer(yard.release(yard.started("two"), "one")) == (200, "two")
    yard.engine.docker("rm", "--force", yard.container)
    assert releaser.current(yard.step("status")) == "two"
    assert answer(yard.release(yard.started("three"), "two")) == (200, "three")
    for _ in range(2):
        releaser.destroy(step.recorded(), yard.step("destroy"))
        assert releaser.current(yard.step("status")) is None
        assert not yard.runs()
    assert yard.container not in yard.engine.docker("volume", "ls", "--quiet").split()
    with pytest.raises(ConnectionRefusedError):
        answer(release)


def test_an_engine_that_restarts_the_container_has_the_routes_of_last(yard: Yard, answer: Any) -> None:
    release = yard.release(yard.started("one"))
    api = replace(yard.config, paths=("/index.html",))
    yard.release(yard.started("api"), app="api", config=api)
    yard.release(yard.started("two"), "one")
    yard.engine.docker("restart", yard.container)
    yard.step("status").wait("Caddy", 20, lambda: answered(answer, release) == (200, "two"))
    assert answer(release, "/index.html") == (200, "api")


def test_another_port_or_image_makes_the_container_anew_and_says_so(yard: Yard, answer: Any, caddy_image: str) -> None:
    web = yard.release(yard.started("web"))
    other = replace(yard.config, port=yard.other_port)
    api = yard.release(yard.started("api"), app="api", config=other)
    assert (answer(web).body, answer(api).body) == ("web", "api")
    assert "is made anew" in yard.bench.steps[-1].noted("say")[0]
    newer = f"{caddy_image}-newer"
    yard.engine.docker("tag", caddy_image, newer)
    try:
        assert yard.config.engine is not None
        config = replace(yard.config, engine=replace(yard.config.engine, image=newer))
        assert answer(yard.release(yard.started("web2"), "web", config=config)) == (200, "web2")
        assert answer(api) == (200, "api")
        assert yard.engine.docker("inspect", "--format", "{{.Config.Image}}", yard.container) == newer
        yard.engine.remove(f"milepost/caddy={yard.container}")
    finally:
        yard.engine.docker("image", "rm", newer)


def test_an_engine_behind_ssh_is_switched_as_the_users_docker_reaches_it(
    yard: Yard, ssh_server: Any, answer: Any
) -> None:
    assert yard.config.engine is not None
    config = replace(yard.config, engine=replace(yard.config.engine, host=ssh_server.host))
    facts = {"config": config, "environment": dict(ssh_server.environment)}
    release = yard.release(yard.started("one"), **facts)
    assert release.urls[0] == f"http://127.0.0.1:{yard.port}", "what ssh means by that name"
    assert answer(release) == (200, "one")
    assert answer(yard.release(yard.started("two"), "one", **facts)) == (200, "two")


def test_https_and_its_redirect_are_published(yard: Yard, answer: Any) -> None:
    config = replace(yard.config, tls="internal", http_port=yard.other_port)
    release = yard.release(yard.started("one"), config=config)
    assert release.urls[0] == f"https://127.0.0.1:{yard.port}"
    yard.step("status").wait("a certificate", 20, lambda: answered(answer, release) == (200, "one"))
    plain = Release(urls=(f"http://127.0.0.1:{yard.other_port}",))
    assert answer(plain).status == 308
    published = yard.engine.docker("port", yard.container)
    assert f"{yard.port}/udp" in published, "HTTP/3"
    health = CaddyReleaser(config).status(yard.bench.steps[-2].recorded(), yard.step("status"))
    assert health.name == "ready"


@pytest.mark.parametrize("at", [3, 9, 15])
def test_a_release_that_died_inside_is_current_or_is_not_and_can_be_done_again(
    yard: Yard, answer: Any, at: int
) -> None:
    one, two = yard.started("one"), yard.started("two")
    yard.release(one)
    stop = Stop("death", at)
    step = yard.bench.step("release", stop=stop, project=yard.name, environment=dict(yard.engine.environment))
    with pytest.raises(Died):
        CaddyReleaser(yard.config).release(two, "one", step)
    step.bury()
    live = CaddyReleaser(yard.config).current(yard.step("status"))
    assert live in {"one", "two"}, stop.where
    assert answer(yard.release(two, live)) == (200, "two")


def test_a_port_that_the_machine_has_given_away_is_told_in_dockers_words(yard: Yard) -> None:
    with (
        socket.create_server(("127.0.0.1", yard.port)),
        pytest.raises(CommandFailedError, match="address already in use"),
    ):
        yard.release(yard.started("one"))
    assert CaddyReleaser(yard.config).current(yard.step("status")) is None
    assert not yard.runs()
    assert yard.container not in yard.engine.docker("volume", "ls", "--quiet").split()


def test_a_container_that_cannot_take_over_leaves_the_one_before_in_its_place(yard: Yard, answer: Any) -> None:
    web = yard.release(yard.started("web"))
    other = replace(yard.config, port=yard.other_port)
    with (
        socket.create_server(("127.0.0.1", yard.other_port)),
        pytest.raises(CommandFailedError, match="already in use"),
    ):
        yard.release(yard.started("api"), app="api", config=other)
    yard.step("status").wait("Caddy", 20, lambda: answered(answer, web) == (200, "web"))
    assert CaddyReleaser(other).current(yard.step("status", app="api")) is None
    assert answer(yard.release(yard.started("web2"), "web")) == (200, "web2")
    assert (
        len(yard.engine.docker("ps", "--all", "--quiet", "--filter", f"label=milepost/caddy={yard.container}").split())
        == 1
    )


def answered(answer: Callable[[Release], Any], release: Release) -> Any:
    """Return the answer; None while nobody listens."""
    try:
        return answer(release)
    except OSError:
        return None
