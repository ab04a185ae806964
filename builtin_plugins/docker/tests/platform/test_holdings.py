"""What containers hold: variables, files, secrets, volumes, labels."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from milepost.sdk import Recorded, Secret
from milepost.sdk.secret import Part
from milepost.testing.bench import Bench
from milepost_docker.platform import naming
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.platform import DockerPlatform
from milepost_docker.platform.state import DockerState
from milepost_docker.platform.volume import tell_of_unnamed
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


def test_variables_are_those_of_the_strongest(config: Config, deploy: Deploy, docker_engine: Engine) -> None:
    said = {"GREETING": "static", "COLOUR": "blue", "PORT_": "1"}
    recorded = deploy(config(static_environment=said, env={"COLOUR": "red"}))
    env = dict(each.split("=", 1) for each in inspected(docker_engine, recorded)["Config"]["Env"])
    assert (env["GREETING"], env["COLOUR"], env["PORT"]) == ("hello", "red", "3000")


def test_secrets_are_files_that_no_inspect_shows(config: Config, deploy: Deploy, docker_engine: Engine) -> None:
    key = Secret([Part("k3y-of-the-shop", "var.key")])
    recorded = deploy(
        config(secrets={"key": key, "/etc/app/cert": key}, user="65534"), files={"conf/app.toml": "a = 1"}
    )
    assert printed(docker_engine, recorded, "cat", "/run/secrets/key", "/etc/app/cert") == "k3y-of-the-shop" * 2
    assert printed(docker_engine, recorded, "cat", "/conf/app.toml") == "a = 1"
    assert printed(docker_engine, recorded, "stat", "-c", "%a %u", "/run/secrets/key") == "400 65534"
    assert "k3y-of-the-shop" not in json.dumps(inspected(docker_engine, recorded))


def test_read_only_containers_get_files_in_volumes_that_go_with_them(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    said = config(read_only=True, secrets={"key": Secret([Part("k3y-of-the-shop", "var.key")])})
    recorded = deploy(said)
    assert printed(docker_engine, recorded, "cat", "/run/secrets/key") == "k3y-of-the-shop"
    volumes = [each.key for each in recorded.resources if each.kind == naming.VOLUME]
    assert volumes
    DockerPlatform(said).destroy(recorded, bench.step("destroy"))
    assert not set(volumes) & set(docker_engine.docker("volume", "ls", "--quiet").split())


def test_a_changed_secret_is_in_what_is_started_again(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    recorded, platform = deploy(config()), DockerPlatform(config())
    platform.park(recorded, bench.step("park"))
    step = bench.step("unpark", operation=recorded.operation, env={"PASSWORD": Secret([Part("rotated!", "var.p")])})
    platform.unpark(recorded, step)
    assert "PASSWORD=rotated!" in inspected(docker_engine, recorded)["Config"]["Env"]


def test_a_changed_file_is_in_what_is_started_again(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    recorded, platform = deploy(config(), files={"/etc/key": "old"}), DockerPlatform(config())
    platform.park(recorded, bench.step("park"))
    platform.unpark(recorded, bench.step("unpark", operation=recorded.operation, files={"/etc/key": "new"}))
    assert printed(docker_engine, recorded, "cat", "/etc/key") == "new"


def test_data_is_handed_on_and_goes_only_when_it_was_asked_for(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    said = config(volumes=["data:/data"])
    old = deploy(said)
    printed(docker_engine, old, "sh", "-c", "echo kept > /data/file")
    DockerPlatform(said).destroy(old, bench.step("destroy"))
    new = deploy(said)
    assert printed(docker_engine, new, "cat", "/data/file") == "kept"
    DockerPlatform(said).destroy(new, bench.step("destroy", volumes=True))
    assert state_of(new).volumes[0] not in docker_engine.docker("volume", "ls", "--quiet").split()


def test_data_that_no_volume_is_named_for_is_told_of(config: Config, bench: Bench) -> None:
    step = bench.step("deploy")
    image: dict[str, Any] = {"Config": {"Volumes": {"/data": {}, "/named": {}}}}
    tell_of_unnamed(config(volumes=["own:/named"]), image, step)
    (told,) = step.noted("say")
    assert told.startswith("the image keeps data in /data")


def test_data_that_outlived_its_deployments_can_still_be_asked_away(
    config: Config, deploy: Deploy, bench: Bench, docker_engine: Engine
) -> None:
    said = config(volumes=["data:/data"])
    recorded = deploy(said, workspace="left")
    platform, (name,) = DockerPlatform(said), state_of(recorded).volumes
    platform.destroy(recorded, bench.step("destroy"))
    platform.clean_up(bench.step("destroy", workspace="left"))
    assert name in docker_engine.docker("volume", "ls", "--quiet").split()
    platform.clean_up(bench.step("destroy", workspace="left", volumes=True))
    assert name not in docker_engine.docker("volume", "ls", "--quiet").split()


def test_our_labels_win_over_the_users(config: Config, deploy: Deploy, docker_engine: Engine) -> None:
    said = config()
    labels = {**said.labels, "milepost/app": "mine", "team": "blue"}
    recorded = deploy(msgspec.structs.replace(said, labels=labels))
    told = inspected(docker_engine, recorded)["Config"]["Labels"]
    assert (told["milepost/app"], told["team"]) == ("web", "blue")
