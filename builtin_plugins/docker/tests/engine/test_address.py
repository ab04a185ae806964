"""Where the engine is: in the order of the Docker CLI, the block before it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from milepost.sdk import MilepostError
from milepost_docker.engine.address import Address, Tls, context_of, locate, sockets
from milepost_docker.engine.config import ClientConfig


def add_context(folder: Path, name: str, host: str, *, skip_verify: bool = False, tls: bool = False) -> None:
    place = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "contexts" / "meta" / place
    meta.mkdir(parents=True)
    endpoint = {"Host": host, "SkipTLSVerify": skip_verify}
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    if tls:
        certificates = folder / "contexts" / "tls" / place / "docker"
        certificates.mkdir(parents=True)
        (certificates / "ca.pem").write_text("CA")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose config has three contexts, of which `work` is the current one."""
    folder = tmp_path / ".docker"
    add_context(folder, "work", "tcp://work.test:2376", tls=True)
    add_context(folder, "lab", "ssh://me@lab.test")
    add_context(folder, "lax", "tcp://lax.test:2376", tls=True, skip_verify=True)
    (folder / "config.json").write_text(json.dumps({"currentContext": "work"}))
    return tmp_path


def test_the_host_of_the_block_wins_over_all_else(home: Path) -> None:
    config = ClientConfig(host="unix:///here.sock", context="lab")
    found = locate(config, {"DOCKER_HOST": "tcp://there:1", "DOCKER_CONTEXT": "lax"}, home)
    assert (found.url, found.origin) == ("unix:///here.sock", "client_config")


def test_the_context_of_the_block_wins_over_the_environment(home: Path) -> None:
    assert locate(ClientConfig(context="lab"), {"DOCKER_HOST": "tcp://there:1"}, home).url == "ssh://me@lab.test"


def test_docker_host_wins_over_docker_context_and_that_over_the_current_context(home: Path) -> None:
    both = {"DOCKER_HOST": "tcp://there:1", "DOCKER_CONTEXT": "lab"}
    assert locate(ClientConfig(), both, home).url == "tcp://there:1"
    assert locate(ClientConfig(), {"DOCKER_CONTEXT": "lab"}, home).url == "ssh://me@lab.test"
    assert locate(ClientConfig(), {}, home).url == "tcp://work.test:2376"


def test_docker_config_is_where_contexts_are_looked_for(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    add_context(elsewhere, "far", "tcp://far.test:9")
    found = locate(ClientConfig(context="far"), {"DOCKER_CONFIG": str(elsewhere)}, home)
    assert found.url == "tcp://far.test:9"


def test_a_context_brings_its_certificates_and_whether_they_are_checked(home: Path) -> None:
    work, lax = (locate(ClientConfig(context=name), {}, home).tls for name in ("work", "lax"))
    assert work is not None
    assert lax is not None
    assert (work.verify, lax.verify) == (True, False)
    assert work.file("ca.pem") is not None
    assert work.file("key.pem") is None


def test_a_context_that_is_not_there_names_those_that_are(home: Path) -> None:
    with pytest.raises(MilepostError, match="no docker context 'wrok'; there is default, lab, lax, work") as caught:
        locate(ClientConfig(context="wrok"), {}, home)
    assert caught.value.hint == "did you mean 'work'?"


def test_the_default_context_is_the_socket_of_the_machine(home: Path) -> None:
    found = locate(ClientConfig(), {"DOCKER_CONTEXT": "default"}, home)
    assert found.url == "unix:///var/run/docker.sock"


def test_the_sockets_of_a_rootless_engine_and_of_docker_desktop_are_looked_for_after_the_usual_one() -> None:
    found = [str(path) for path, _ in sockets({"XDG_RUNTIME_DIR": "/run/user/1"}, Path("/people/me"))]
    usual = ["/var/run/docker.sock", "/run/user/1/docker.sock"]
    assert found == [*usual, "/people/me/.docker/desktop/docker.sock", "/people/me/.docker/run/docker.sock"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/var/run/other.sock", "unix:///var/run/other.sock"),
        ("engine.test:2375", "tcp://engine.test:2375"),
        ("tcp://engine.test", "tcp://engine.test:2375"),
        ("tcp://:2375", "tcp://localhost:2375"),
        ("tcp://[::1]:99", "tcp://[::1]:99"),
        ("tcp://[::1]", "tcp://[::1]:2375"),
        ("http://engine.test:80/", "tcp://engine.test:80"),
        ("ssh://me@engine.test:2222/run/docker.sock", "ssh://me@engine.test:2222/run/docker.sock"),
        ("ssh://[::1]", "ssh://[::1]"),
    ],
)
def test_an_address_may_be_written_as_the_cli_takes_it(written: str, meant: str, tmp_path: Path) -> None:
    assert locate(ClientConfig(host=written), {}, tmp_path).url == meant


@pytest.mark.parametrize(
    "written",
    [
        "npipe:////./pipe/docker",
        "ftp://x",
        "tcp://",
        "tcp://host:port",
        "tcp://h:99999",
        "ssh://me@",
        "ssh://h:port",
        "ssh://-oX",
    ],
)
def test_an_address_that_nobody_can_speak_to_is_an_error(written: str, tmp_path: Path) -> None:
    with pytest.raises(MilepostError, match="DOCKER_HOST names the engine") as caught:
        locate(ClientConfig(), {"DOCKER_HOST": written}, tmp_path)
    assert caught.value.hint
    # In the project file it is one of the value that stands there, with its place.
    with pytest.raises(ValueError, match=r"host names the engine"):
        ClientConfig(host=written)


def test_the_folder_of_the_block_means_tls_on_the_port_for_it(tmp_path: Path) -> None:
    found = locate(ClientConfig(host="tcp://engine.test", cert_path="/certs", tls_verify=False), {}, tmp_path)
    assert found.url == "tcp://engine.test:2376"
    assert found.tls == Tls(folder=Path("/certs"), verify=False)


def test_docker_tls_verify_means_tls_with_the_certificates_of_the_cli(tmp_path: Path) -> None:
    variables = {"DOCKER_HOST": "tcp://engine.test", "DOCKER_TLS_VERIFY": "1"}
    assert locate(ClientConfig(), variables, tmp_path).tls == Tls(folder=tmp_path / ".docker", verify=True)
    there = locate(ClientConfig(), {**variables, "DOCKER_CERT_PATH": "/certs"}, tmp_path)
    assert there.tls == Tls(folder=Path("/certs"), verify=True)


def test_the_version_of_the_api_comes_from_the_block_or_the_environment(tmp_path: Path) -> None:
    variables = {"DOCKER_API_VERSION": "1.42"}
    assert locate(ClientConfig(), variables, tmp_path).api_version == "1.42"
    assert locate(ClientConfig(api_version="v1.43"), variables, tmp_path).api_version == "1.43"


def test_an_engine_is_local_on_a_socket_or_on_loopback_but_not_behind_a_tunnel() -> None:
    def is_local(url: str, far: str | None = None) -> bool:
        return Address(url=url, origin="the test", far=far).local

    assert is_local("unix:///docker.sock")
    assert is_local("tcp://127.0.0.1:2375")
    assert is_local("tcp://[::1]:2375")
    assert not is_local("tcp://engine.test:2375")
    assert not is_local("ssh://engine.test")
    assert not is_local("unix:///docker.sock", far="ssh://engine.test")


def test_programs_are_told_the_same_engine_and_nothing_of_another() -> None:
    address = Address(url="tcp://e:1", origin="the test", tls=Tls(folder=Path("/certs"), verify=False))
    told = address.environment()
    assert told["DOCKER_HOST"] == "tcp://e:1"
    assert told["DOCKER_CERT_PATH"] == "/certs"
    assert (told["DOCKER_TLS"], told["DOCKER_TLS_VERIFY"], told["DOCKER_CONTEXT"]) == ("1", "", "")


def test_a_config_of_the_cli_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text("{oops")
    with pytest.raises(MilepostError, match=r"config\.json cannot be read"):
        locate(ClientConfig(), {}, tmp_path)


def test_an_engine_is_known_again_by_the_context_that_has_its_address(home: Path) -> None:
    assert context_of("tcp://work.test:2376", {}, home) == "work"
    assert locate(ClientConfig(context="work"), {}, home).context == "work"
    assert context_of("tcp://nobody.test:2376", {}, home) is None
