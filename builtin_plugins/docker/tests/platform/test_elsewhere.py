"""Engines of other machines: behind ssh, without a registry, and restarted while they are needed."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from milepost.sdk import Artifact, HealthCheck, Recorded
from milepost.testing.bench import Bench
from milepost_docker.engine.config import ClientConfig
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.platform import DockerPlatform
from milepost_docker.platform.state import DockerState
from tests.engines import images
from tests.engines.docker import Daemon, Engine
from tests.engines.ssh import SshServer

Config = Callable[..., DockerConfig]


def state_of(recorded: Recorded[Any]) -> DockerState:
    """Return what was remembered."""
    assert isinstance(recorded.state, DockerState)
    return recorded.state


def image_of(engine: Engine, name: str) -> Artifact:
    """Return an image of the engine as a builder would."""
    (told,) = json.loads(engine.docker("image", "inspect", name))
    details = {"location": "engine", "engine": engine.host}
    return Artifact(kind="container-image/1", reference=name, digest=told["Id"], provisional=True, details=details)


@pytest.fixture
def own_image(docker_engine: Engine, web_image: str, bench: Bench) -> Iterator[Artifact]:
    """The web image with a layer and a name of its own."""
    name = f"milepost-test/own:{bench.step('status').key()}"
    made = docker_engine.docker("create", web_image)
    docker_engine.docker("cp", "-", f"{made}:/www", stdin=images.root_of({"one": b"1"}))
    docker_engine.docker("commit", made, name)
    docker_engine.docker("rm", made)
    yield image_of(docker_engine, name)
    docker_engine.docker("image", "rm", "--force", name, check=False)


def test_a_deployment_behind_ssh_is_probed_opened_and_reached_by_name(
    config: Config, bench: Bench, image: Artifact, ssh_server: SshServer
) -> None:
    said = config(client_config=ClientConfig(host=ssh_server.host))
    there = msgspec.structs.replace(image, details={"engine": ssh_server.host})
    environment = dict(ssh_server.environment)
    step = bench.step("deploy", environment=environment, health=HealthCheck(path="/", timeout=30))
    platform = DockerPlatform(said)
    try:
        deployment = platform.deploy(there, step)
        recorded = step.recorded(there, deployment)
        (endpoint,) = deployment.endpoints
        assert endpoint.address == f"http://{state_of(recorded).replicas[0].name}:3000"
        assert deployment.details["network"] == state_of(recorded).network
        asking = bench.step("status", environment=environment)
        assert platform.status(recorded, asking).name == "ready"
        with platform.open(recorded, asking) as url:
            line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
            line.request("GET", "/")
            assert line.getresponse().read() == b"hello\n"
            line.close()
    finally:
        platform.destroy(step.recorded(there), bench.step("destroy", environment=environment))


@pytest.mark.slow
def test_without_a_registry_an_image_is_sent_and_only_the_layers_that_are_missing(
    config: Config, bench: Bench, own_image: Artifact, fresh_engine: Callable[..., Daemon]
) -> None:
    target = fresh_engine().engine()
    images.web(target)
    platform = DockerPlatform(config(client_config=ClientConfig(host=target.host)))
    step = bench.step("deploy")
    deployment = platform.deploy(own_image, step)
    assert platform.status(step.recorded(own_image, deployment), bench.step("status")).name == "ready"
    (told,) = [each for each in step.noted("say") if each.startswith("sending the image")]
    assert told.endswith("1 of 2 layers are there")
    platform.destroy(step.recorded(own_image, deployment), bench.step("destroy"))
    assert target.docker("image", "ls", "--quiet", own_image.reference) == ""


@pytest.mark.slow
def test_a_restart_of_the_engine_revives_what_ran_and_nothing_that_was_stopped(
    config: Config, bench: Bench, fresh_engine: Callable[..., Daemon]
) -> None:
    daemon = fresh_engine()
    own = image_of(daemon.engine(), images.web(daemon.engine()))
    platform = DockerPlatform(config(client_config=ClientConfig(host=daemon.host), restart="always"))

    def deployed(**facts: Any) -> Recorded[Any]:
        step = bench.step("deploy", **facts)
        return step.recorded(own, platform.deploy(own, step))

    running, parked, prepared = deployed(), deployed(), deployed(strategy="stop-first")
    platform.park(parked, bench.step("park"))
    daemon.stop()
    daemon.start()
    step = bench.step("status")
    step.wait("the restart", 20, lambda: platform.status(running, bench.step("status")).name == "ready")
    assert platform.status(parked, step).name == "parked"
    assert platform.status(prepared, step).name == "parked"
    (url,) = [each.address for each in running.deployment.endpoints] if running.deployment else [""]
    step.wait("an answer", 20, lambda: _answers(url))


@pytest.mark.slow
def test_a_deploy_outlives_a_restart_of_the_engine(
    config: Config, bench: Bench, fresh_engine: Callable[..., Daemon]
) -> None:
    daemon = fresh_engine()
    own = image_of(daemon.engine(), images.web(daemon.engine()))
    late = ["sh", "-c", "trap 'exit 0' TERM; sleep 3 & wait $!; httpd -f -h /www -p $PORT & wait $!"]
    platform = DockerPlatform(config(client_config=ClientConfig(host=daemon.host), command=late))
    step = bench.step("deploy")

    def restart() -> None:
        step.wait("the container", 20, lambda: "created" in {each.what for each in step.journal})
        daemon.stop()
        daemon.start()

    thread = threading.Thread(target=restart)
    thread.start()
    deployment = platform.deploy(own, step)
    thread.join()
    assert platform.status(step.recorded(own, deployment), bench.step("status")).name == "ready"


def _answers(url: str) -> bool:
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        line.request("GET", "/")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
