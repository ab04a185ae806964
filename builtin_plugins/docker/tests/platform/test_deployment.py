"""What a deployment is made of: ports that last, networks, names, images, what is planned."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import socket
import tarfile
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from milepost.sdk import Artifact, ArtifactGoneError, OperationError, Recorded, RefusedError
from milepost.testing.bench import Bench
from milepost_docker.platform import naming
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.platform import DockerPlatform
from milepost_docker.platform.state import DockerState
from tests.engines.docker import Engine

Config = Callable[..., DockerConfig]
Deploy = Callable[..., Recorded[Any]]


def state_of(recorded: Recorded[Any]) -> DockerState:
    """Return what was remembered."""
    assert isinstance(recorded.state, DockerState)
    return recorded.state


def inspected(engine: Engine, recorded: Recorded[Any], number: int = 1) -> Any:
    """Return what the engine says of a replica."""
    (told,) = json.loads(engine.docker("inspect", state_of(recorded).replicas[number - 1].name))
    return told


def printed(engine: Engine, recorded: Recorded[Any], *argv: str) -> str:
    """Return what a command in the container prints."""
    return engine.docker("exec", state_of(recorded).replicas[0].name, *argv)


def foreign_image(name: str) -> bytes:
    """Return an empty image for a processor that no machine of ours has, as `docker save` would write it."""
    layer = b"\0" * 1024
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]}
    config = json.dumps({"architecture": "s390x", "os": "linux", "config": {}, "rootfs": rootfs}).encode()
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]).encode()
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for path, data in (("config.json", config), ("layer.tar", layer), ("manifest.json", manifest)):
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return written.getvalue()


def answer(url: str) -> str:
    """Return the page at a URL."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        line.request("GET", "/")
        return line.getresponse().read().decode()
    finally:
        line.close()


def test_the_port_stays_the_same_over_restarts_and_parking(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    recorded, platform = deploy(config()), DockerPlatform(config())
    url = recorded.deployment.url if recorded.deployment else None
    assert url is not None
    docker_engine.docker("restart", "--time", "2", state_of(recorded).replicas[0].name)
    bench.step("status").wait("an answer", 10, lambda: _answers(url))
    platform.park(recorded, bench.step("park"))
    assert platform.unpark(recorded, bench.step("unpark", operation=recorded.operation)).url == url


def _answers(url: str) -> bool:
    try:
        return answer(url) == "hello\n"
    except (OSError, http.client.HTTPException):
        return False


def test_a_port_that_was_taken_while_it_was_parked_is_replaced(config: Config, deploy: Deploy, bench: Bench) -> None:
    recorded, platform = deploy(config()), DockerPlatform(config())
    platform.park(recorded, bench.step("park"))
    port = state_of(recorded).replicas[0].ports["3000/tcp"]
    with socket.create_server(("127.0.0.1", port)):
        again = platform.unpark(recorded, bench.step("unpark", operation=recorded.operation))
    assert again.url not in (None, f"http://127.0.0.1:{port}")
    assert answer(again.url or "") == "hello\n"


def test_apps_reach_each_other_by_name_once_they_are_released(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    database = config(worker=True, command=["sh", "-c", "httpd -f -h /www -p 5432"])
    recorded = deploy(database, app="db", strategy="stop-first")
    DockerPlatform(database).unpark(
        recorded, bench.step("unpark", operation=recorded.operation, app="db", strategy="stop-first")
    )
    web = deploy(config())
    assert printed(docker_engine, web, "wget", "-q", "-O", "-", "http://db:5432/") == "hello"


def test_what_is_staged_does_not_answer_to_the_apps_name(config: Config, deploy: Deploy, docker_engine: Engine) -> None:
    recorded = deploy(config())
    aliases = inspected(docker_engine, recorded)["NetworkSettings"]["Networks"][state_of(recorded).network]["Aliases"]
    assert "web" not in (aliases or [])
    named = deploy(config(alias="started"))
    aliases = inspected(docker_engine, named)["NetworkSettings"]["Networks"][state_of(named).network]["Aliases"]
    assert "web" in aliases


def test_a_network_of_somebody_elses_is_not_joined(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    name = naming.network_name(bench.step("status", workspace="taken").facts)
    docker_engine.docker("network", "create", name)
    try:
        with pytest.raises(OperationError, match="somebody else's") as caught:
            deploy(config(), workspace="taken")
    finally:
        docker_engine.docker("network", "rm", name)
    assert name in str(caught.value)


def test_a_network_that_is_not_there_is_named_with_what_to_type(config: Config, deploy: Deploy) -> None:
    with pytest.raises(OperationError, match="there is no network 'nowhere-at-all'") as caught:
        deploy(config(networks=["nowhere-at-all"]))
    assert caught.value.hint == "docker network create nowhere-at-all"


def test_a_name_that_is_taken_is_told_and_its_container_stays(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine, web_image: str
) -> None:
    operation = "01TAKEN" + bench.step("status").facts.operation[-10:]
    name = f"milepost-{operation.lower()}-1"
    docker_engine.docker("create", "--name", name, web_image)
    try:
        with pytest.raises(OperationError, match=f"the name {name} is taken"):
            deploy(config(), operation=operation, labels={naming.OPERATION: operation})
        assert name in docker_engine.docker("ps", "--all", "--format", "{{.Names}}").split()
    finally:
        docker_engine.docker("rm", "--force", name)


def test_fixed_ports_need_one_container_at_a_time(config: Config, deploy: Deploy) -> None:
    with pytest.raises(RefusedError, match="side by side") as caught:
        deploy(config(publish=["15999:3000"]))
    assert "stop-first" in caught.value.hint


def test_an_image_that_is_gone_is_told_with_what_brings_it_back(
    config: Config, deploy: Deploy, image: Artifact
) -> None:
    gone = msgspec.structs.replace(image, digest="sha256:" + "0" * 64)
    with pytest.raises(ArtifactGoneError) as caught:
        deploy(config(), gone)
    assert "milepost up web" in caught.value.hint


def test_an_image_for_another_processor_is_refused_before_anything_is_made(
    config: Config, deploy: Deploy, docker_engine: Engine, bench: Bench, image: Artifact
) -> None:
    name = f"milepost-test/foreign:{bench.step('status').key()}"
    docker_engine.docker("load", stdin=foreign_image(name))
    told = docker_engine.docker("image", "inspect", "--format", "{{.Id}}", name)
    foreign = msgspec.structs.replace(image, reference=name, digest=told)
    try:
        with pytest.raises(OperationError, match="made for linux/s390x") as caught:
            deploy(config(), foreign)
        assert 'platform = "linux/s390x"' in caught.value.hint
        assert not bench.steps[-1].resources
    finally:
        docker_engine.docker("image", "rm", name)


def test_a_parked_container_is_not_revived_by_its_policy(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    said = config(restart="always")
    recorded = deploy(said)
    assert inspected(docker_engine, recorded)["HostConfig"]["RestartPolicy"]["Name"] == "always"
    DockerPlatform(said).park(recorded, bench.step("park"))
    assert inspected(docker_engine, recorded)["HostConfig"]["RestartPolicy"]["Name"] == "no"


def test_a_container_that_does_not_hear_term_is_killed_in_time(config: Config, deploy: Deploy, bench: Bench) -> None:
    deaf = config(worker=True, command=["sh", "-c", "trap '' TERM; while true; do sleep 1; done"], stop_timeout=1.0)
    recorded = deploy(deaf)
    DockerPlatform(deaf).park(recorded, bench.step("park"))
    assert DockerPlatform(deaf).status(recorded, bench.step("status")).name == "parked"


def test_a_container_has_the_time_to_end_that_the_config_gives_it(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    needs_two = "trap 'sleep 2; exit 0' TERM; while true; do sleep 0.1; done"
    slow = config(worker=True, command=["sh", "-c", needs_two], stop_timeout=8.0)
    recorded = deploy(slow)
    DockerPlatform(slow).park(recorded, bench.step("park"))
    assert inspected(docker_engine, recorded)["State"]["ExitCode"] == 0


def test_the_network_goes_when_nothing_is_on_it_and_not_before(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    recorded, platform = deploy(config(), workspace="passing"), DockerPlatform(config())
    platform.clean_up(bench.step("destroy", workspace="passing"))
    names = docker_engine.docker("network", "ls", "--format", "{{.Name}}").split()
    assert state_of(recorded).network in names
    platform.destroy(recorded, bench.step("destroy"))
    for _ in range(2):
        platform.clean_up(bench.step("destroy", workspace="passing"))
    assert state_of(recorded).network not in docker_engine.docker("network", "ls", "--format", "{{.Name}}").split()


def test_plan_says_what_would_be_made_and_makes_nothing(
    config: Config, bench: Bench, containers: Callable[[], list[str]], image: Artifact
) -> None:
    step = bench.step("deploy", workspace="planned")
    planned = DockerPlatform(config(volumes=["data:/data"], replicas=2)).plan(image, step)
    assert [(each.action, each.kind) for each in planned] == [
        ("make", "network"),
        ("make", "volume"),
        ("keep", "image"),
        ("make", "container"),
    ]
    assert "2 containers, listening on port 3000" in planned[-1].detail
    assert containers() == []
    assert step.resources == {}


def test_doctor_names_a_network_that_is_missing(config: Config, bench: Bench) -> None:
    found = list(DockerPlatform(config(networks=["nowhere-at-all"])).examine(bench.step("status")))
    problems = [each.what for each in found if each.level == "problem"]
    assert problems == ["there is no network 'nowhere-at-all' on the engine"]


def test_the_engine_says_what_images_it_runs(config: Config, bench: Bench, docker_engine: Engine) -> None:
    assert DockerPlatform(config()).targets(bench.step("status")) == (f"linux/{docker_engine.architecture}",)


def test_open_gives_an_address_that_answers(config: Config, deploy: Deploy, bench: Bench) -> None:
    recorded = deploy(config())
    with DockerPlatform(config()).open(recorded, bench.step("status")) as url:
        assert answer(url) == "hello\n"
