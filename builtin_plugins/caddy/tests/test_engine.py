"""How an engine is asked, without one: command lines, where its machine is, what its container has to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from milepost.sdk import Deployment, Endpoint, OperationError, Recorded
from milepost.testing.bench import Bench
from milepost.testing.runner import RecordingRunner
from milepost_caddy.config import CaddyConfig, CaddyState, EngineConfig
from milepost_caddy.engine import Engine
from milepost_caddy.releaser import CaddyReleaser
from milepost_caddy.route import Route
from milepost_caddy.wanted import wanted_route
from milepost_caddy.whereabouts import recorded_spot, wanted_spot


@pytest.fixture
def runner() -> RecordingRunner:
    """Return a docker that answers nothing."""
    return RecordingRunner()


@pytest.fixture
def bench(tmp_path: Path, runner: RecordingRunner) -> Bench:
    """Return where steps come from."""
    return Bench(tmp_path / "bench", runner=runner)


@pytest.mark.parametrize(
    ("config", "words", "env"),
    [
        ({}, ("docker", "info"), {}),
        ({"host": "ssh://me@far"}, ("docker", "--host", "ssh://me@far", "info"), {}),
        ({"context": "prod"}, ("docker", "--context", "prod", "info"), {}),
        (
            {"host": "tcp://far:2376", "cert_path": "/certs"},
            ("docker", "--host", "tcp://far:2376", "info"),
            {"DOCKER_CERT_PATH": "/certs", "DOCKER_TLS_VERIFY": "1"},
        ),
        (
            {"host": "tcp://far:2376", "cert_path": "/certs", "tls_verify": False},
            ("docker", "--host", "tcp://far:2376", "info"),
            {"DOCKER_CERT_PATH": "/certs", "DOCKER_TLS": "1"},
        ),
    ],
)
def test_docker_is_told_which_engine(
    bench: Bench, runner: RecordingRunner, config: dict[str, Any], words: tuple[str, ...], env: dict[str, str]
) -> None:
    Engine(EngineConfig(**config), bench.step("status")).run("info")
    assert (runner.asked[0].argv, dict(runner.asked[0].env)) == (words, env)


@pytest.mark.parametrize(
    ("host", "machine"),
    [
        ("ssh://me@far.test:22", "far.test"),
        ("tcp://10.0.0.1:2376", "10.0.0.1"),
        ("unix:///run/docker.sock", ""),
        ("npipe:////./pipe/docker_engine", ""),
    ],
)
def test_the_machine_of_an_engine_is_where_it_is_spoken_to(
    bench: Bench, runner: RecordingRunner, host: str, machine: str
) -> None:
    assert Engine(EngineConfig(host=host), bench.step("status")).machine() == machine
    runner.answer("docker", "--context", "prod", "context", "inspect", "prod", stdout=f"{host}\n".encode())
    assert Engine(EngineConfig(context="prod"), bench.step("status")).machine() == machine


def test_a_name_of_the_users_ssh_config_is_the_host_that_it_means(bench: Bench, runner: RecordingRunner) -> None:
    runner.answer("ssh", "-G", "prod", stdout=b"user me\nhostname far.test\nport 22\n")
    assert Engine(EngineConfig(host="ssh://prod"), bench.step("status")).machine() == "far.test"


@pytest.mark.parametrize(
    ("facts", "config", "name", "urls"),
    [
        ({}, {}, "milepost-caddy", ("http://far.test",)),
        ({"hosts": ("shop.test",)}, {"tls": "acme"}, "milepost-caddy", ("https://shop.test",)),
        ({}, {"tls": "internal"}, "milepost-caddy", ("https://far.test",)),
        ({"port": 8080}, {}, "milepost-caddy-shop-", ("http://far.test:8080",)),
        ({"port": 8080}, {"shared": True}, "milepost-caddy", ("http://far.test:8080",)),
        ({}, {"shared": False}, "milepost-caddy-shop-", ("http://far.test",)),
    ],
)
def test_on_an_engine_apps_are_public_at_its_machine(
    bench: Bench, facts: dict[str, Any], config: dict[str, Any], name: str, urls: tuple[str, ...]
) -> None:
    step, made = bench.step("status", **facts), CaddyConfig(engine=EngineConfig(host="ssh://me@far.test"), **config)
    spot = wanted_spot(made, step)
    route = wanted_route(made, spot, step).route
    assert spot.place.name.startswith(name)
    assert spot.place.shared == (spot.place.name == "milepost-caddy")
    assert route.urls(step.facts.hosts) == urls


def test_a_recorded_release_is_sought_on_the_engine_that_it_was_made_on(bench: Bench, runner: RecordingRunner) -> None:
    engine = EngineConfig(host="ssh://me@far.test")
    state = CaddyState(folder="milepost-caddy", route="key", deployment="one", listen="", port=80, engine=engine)
    spot = recorded_spot(Recorded(operation="any", state=state), CaddyConfig(), bench.step("status"))
    assert spot.traffic() is None
    assert {command.argv[:3] for command in runner.asked if command.argv[0] == "docker"} == {
        ("docker", "--host", "ssh://me@far.test")
    }


@pytest.mark.parametrize(
    ("kind", "address", "problem"),
    [
        ("static-files/1", "/a/folder", "the deployment is /a/folder, which is no http-endpoint/1"),
        ("http-endpoint/1", "http://127.0.0.1:8080", "the deployment is at http://127.0.0.1:8080 of this machine"),
    ],
)
def test_what_no_container_reaches_is_refused(bench: Bench, kind: str, address: str, problem: str) -> None:
    made = Deployment(endpoints=(Endpoint(kind=kind, address=address),))
    releaser = CaddyReleaser(CaddyConfig(engine=EngineConfig(host="ssh://me@far.test")))
    with pytest.raises(OperationError, match=problem):
        releaser.release(Recorded(operation="one", deployment=made), None, bench.step("release"))


def test_a_route_that_was_kept_before_there_were_hosts_is_read() -> None:
    kept = b'{"key":"k","app":"web","workspace":"default","listen":"127.0.0.1","port":8080}'
    route = json.decode(kept, type=Route)
    assert route == Route(key="k", app="web", workspace="default", listen="127.0.0.1", port=8080)
    assert [str(claim) for claim in route.claims()] == ["*:8080/*"]
