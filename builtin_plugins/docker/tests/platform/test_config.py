"""What the config accepts and refuses, and what becomes of it in the engine's words: no engine is asked."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from milepost.host.project.convert import Converter
from milepost.sdk import Secret
from milepost.sdk.secret import Part
from milepost_docker.platform import measure
from milepost_docker.platform.config import DockerConfig
from milepost_docker.platform.container import Draft, body, merged
from milepost_docker.platform.settings import Attachment, ContainerCheck, Log, Resources


def made(draft: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    """Return the body for a config."""
    usual: dict[str, Any] = {"image": "sha256:1", "labels": {}, "env": {}, "network": "own"}
    return body(DockerConfig(**said), Draft(**{**usual, **(draft or {})}))


@pytest.mark.parametrize(
    ("text", "bytes_"), [("512m", 512 << 20), ("1.5GiB", 3 << 29), ("64kb", 64 << 10), ("100", 100), ("2 G", 2 << 30)]
)
def test_a_size_is_read_as_docker_reads_it(text: str, bytes_: int) -> None:
    assert measure.size(text) == bytes_


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"resources": {"memory": "lots"}}, "'lots' is no size"),
        ({"restart": "sometimes"}, "restart 'sometimes' is unknown"),
        ({"publish": ["5432"]}, "'5432' publishes no port"),
        ({"publish": ["80:99999"]}, "publishes no port"),
        ({"publish": ["80:80"], "replicas": 2}, "only one container can have a fixed port"),
        ({"binds": ["/data"]}, "'/data' mounts nothing"),
        ({"volumes": ["data:relative"]}, "mounts nothing"),
        ({"ulimits": {"nofile": "many"}}, "ulimits: nofile = 'many'"),
        ({"devices": ["video0"]}, "'video0' is no device"),
        ({"gpus": "some"}, "gpus 'some' is unknown"),
        ({"stop_signal": "SIGNOTHING"}, "is no signal"),
        ({"scratch_path": "tmp"}, "'tmp' is no folder of the container"),
        ({"extra_hosts": ["db"]}, "expected NAME:ADDRESS"),
    ],
)
def test_what_makes_no_sense_is_refused_when_the_file_is_read(said: dict[str, Any], told: str) -> None:
    converter = Converter(tolerant=False)
    converter.convert(said, DockerConfig, ())
    (wrong,) = converter.wrong
    assert told in wrong.message


@pytest.mark.parametrize("said", [{}, {"path": "/a", "tcp": True}, {"path": "/a", "command": ["true"]}])
def test_a_health_check_has_exactly_one_way(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="exactly one of path, tcp and command"):
        ContainerCheck(**said)


def test_what_waypoints_files_say_is_understood() -> None:
    said = {
        "command": ["serve"],
        "service_port": "8080",
        "extra_ports": ["9090"],
        "binds": ["/srv:/srv"],
        "networks": ["backend"],
        "labels": {"team": "blue"},
        "resources": {"memory": "64m", "cpu": "100"},
        "scratch_path": "/scratch",
        "static_environment": {"COLOUR": "blue"},
        "force_pull": "true",
        "auth": {"username": "me", "password": "hunter22", "serverAddress": "registry.test"},
        "client_config": {"host": "tcp://10.0.0.1:2376", "cert_path": "/certs", "api_version": "1.41"},
    }
    converter = Converter(tolerant=False, loose=True)
    config = converter.convert(said, DockerConfig, ())
    assert converter.wrong == []
    host = body(config, Draft(image="sha256:1", labels={}, env={}, network="own"))["HostConfig"]
    assert (config.service_port, host["Memory"], host["CpuShares"]) == (8080, 64 << 20, 100)


def test_without_any_word_logs_rotate_and_nothing_revives_what_was_only_made() -> None:
    host = made()["HostConfig"]
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "5"}}
    assert host["RestartPolicy"]["Name"] == "no"
    assert DockerConfig().restart == "unless-stopped"


def test_other_log_drivers_get_no_options_that_they_do_not_know() -> None:
    log = made(log=Log(driver="syslog", options={"tag": "shop"}))["HostConfig"]["LogConfig"]
    assert log == {"Type": "syslog", "Config": {"tag": "shop"}}


def test_a_command_leaves_the_entrypoint_of_the_image_and_an_empty_entrypoint_removes_it() -> None:
    assert made(command=["serve"]) | {"Entrypoint": None} == made(command=["serve"], entrypoint=[]) | {
        "Entrypoint": None
    }
    assert "Entrypoint" not in made(command=["serve"])
    assert made(entrypoint=[])["Entrypoint"] == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"memory": "64m"}, {"Memory": 64 << 20}),
        ({"cpu": 512}, {"CpuShares": 512}),
        ({"cpus": 1.5}, {"NanoCpus": 1_500_000_000}),
        ({"memory_swap": "-1"}, {"MemorySwap": -1}),
        ({"pids": 100, "shm_size": "1m"}, {"PidsLimit": 100, "ShmSize": 1 << 20}),
    ],
)
def test_each_limit_can_stand_alone(said: dict[str, Any], told: dict[str, int]) -> None:
    host = made(resources=Resources(**said))["HostConfig"]
    names = ("Memory", "MemorySwap", "CpuShares", "NanoCpus", "PidsLimit", "ShmSize")
    assert {name: host[name] for name in names if name in host} == told


def test_ports_lead_to_loopback_and_published_ones_where_they_say() -> None:
    told = made({"ports": {"3000/tcp": 20001}}, publish=["5432:5432", "0.0.0.0:53:53/udp"])
    assert told["HostConfig"]["PortBindings"] == {
        "3000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "20001"}],
        "5432/tcp": [{"HostIp": "127.0.0.1", "HostPort": "5432"}],
        "53/udp": [{"HostIp": "0.0.0.0", "HostPort": "53"}],
    }
    assert set(told["ExposedPorts"]) == {"3000/tcp", "5432/tcp", "53/udp"}


def test_volumes_get_the_names_of_the_project_and_binds_stay_as_they_are() -> None:
    told = made({"volumes": {"data": "milepost.shop.default.data"}}, volumes=["data:/var/lib/db"], binds=["x:/x:ro"])
    host = told["HostConfig"]
    assert host["Mounts"][0] | {"ReadOnly": False} == {
        "Type": "volume",
        "Source": "milepost.shop.default.data",
        "Target": "/var/lib/db",
        "ReadOnly": False,
    }
    assert host["Binds"] == ["x:/x:ro"]


def test_a_scratch_path_is_a_folder_in_memory() -> None:
    assert made(scratch_path="/scratch", tmpfs={"/run": "size=1m"})["HostConfig"]["Tmpfs"] == {
        "/scratch": "",
        "/run": "size=1m",
    }


def test_a_check_by_command_is_the_engines_and_one_by_path_is_not() -> None:
    check = ContainerCheck(command=["ready"], interval=2, start_period=1.5)
    told = made(health_check=check)["Healthcheck"]
    assert (told["Test"], told["Interval"], told["StartPeriod"]) == (["CMD", "ready"], 2_000_000_000, 1_500_000_000)
    assert "Healthcheck" not in made(health_check=ContainerCheck(path="/healthz"))


def test_options_reach_every_field_and_win_over_what_is_there() -> None:
    told = made(init=True, options={"Tty": True, "HostConfig": {"Init": False, "OomScoreAdj": 100}})
    assert told["Tty"] is True
    assert (told["HostConfig"]["Init"], told["HostConfig"]["OomScoreAdj"]) == (False, 100)
    assert told["HostConfig"]["NetworkMode"] == "own", "maps are merged, not replaced"


def test_documents_are_merged_deeply_and_lists_are_replaced() -> None:
    assert merged({"a": {"b": 1, "c": [1]}, "d": 2}, {"a": {"c": [2]}, "e": 3}) == {
        "a": {"b": 1, "c": [2]},
        "d": 2,
        "e": 3,
    }


def test_rights_and_names_reach_the_engine() -> None:
    told = made(
        user="1000:1000",
        read_only=True,
        cap_drop=["ALL"],
        cap_add=["NET_BIND_SERVICE"],
        security_opt=["no-new-privileges:true"],
        ulimits={"nofile": "64:128"},
        gpus="all",
        extra_hosts=["db:10.0.0.1"],
        dns=["10.0.0.2"],
        sysctls={"net.core.somaxconn": "64"},
    )
    host = told["HostConfig"]
    assert (told["User"], host["ReadonlyRootfs"], host["CapDrop"]) == ("1000:1000", True, ["ALL"])
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": 64, "Hard": 128}]
    assert host["DeviceRequests"][0]["Count"] == -1
    assert (host["ExtraHosts"], host["Dns"]) == (["db:10.0.0.1"], ["10.0.0.2"])


def test_a_secret_in_the_environment_is_in_the_body_and_not_in_what_is_shown_of_the_config() -> None:
    secret = Secret([Part("hunter22", "var.password")])
    assert made({"env": {"PASSWORD": secret}})["Env"] == ["PASSWORD=hunter22"]
    assert "hunter22" not in repr(DockerConfig(env={"PASSWORD": secret}))


def test_a_fixed_address_and_aliases_belong_to_one_network() -> None:
    config = DockerConfig(network={"backend": Attachment(aliases=["api"], ip="10.1.0.5")})
    assert structs.asdict(config.network["backend"]) == {"aliases": ["api"], "ip": "10.1.0.5"}
