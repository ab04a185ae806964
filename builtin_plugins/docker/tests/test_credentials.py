"""Who we are to a registry: the block, the environment, the Docker CLI's config, its helpers; never in an argument."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import MilepostError
from milepost.sdk.artifact import RegistryAccess
from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep
from milepost_docker.credentials import (
    Login,
    config_environment,
    credentials,
    decoded,
    docker_config,
    of_access,
    registry_config,
)
from milepost_docker.engine.config import Auth
from milepost_docker.login import credential

SERVER = "registry.test:5000"
PASSWORD = "wide-open-sesame"


def pair(username: str = "me", password: str = PASSWORD) -> str:
    return base64.b64encode(f"{username}:{password}".encode()).decode()


def shown(header: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(header))
    return told


def revealed(login: Login) -> tuple[str | None, str | None]:
    return login.username, login.password and login.password.reveal()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / ".docker").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def told(home: Path) -> Callable[[Mapping[str, Any]], None]:
    """Give what writes the config of the Docker CLI."""
    return lambda config: (home / ".docker" / "config.json").write_text(json.dumps(config)) and None


@pytest.fixture
def helper(tmp_path: Path) -> Callable[[str, str], None]:
    """Give what installs a credential helper: its name, and a shell script that reads the registry as $server."""

    def install(name: str, script: str) -> None:
        path = tmp_path / "bin" / f"docker-credential-{name}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\n[ "$1" = get ] || exit 9\nread -r server\n{script}\n')
        path.chmod(0o755)

    return install


@pytest.fixture
def step(tmp_path: Path) -> FakeStep:
    bench = Bench(tmp_path)
    usual = bench.step("push").facts.environment
    return bench.step("push", environment={**usual, "PATH": f"{tmp_path}/bin:{usual['PATH']}"})


def test_who_nobody_knows_is_anonymous(step: FakeStep) -> None:
    login = credentials(SERVER, None, step)
    assert login.anonymous
    assert shown(login.header()) == {}


def test_name_and_password_of_the_block_win_over_the_config(
    step: FakeStep, told: Callable[[Mapping[str, Any]], None]
) -> None:
    told({"auths": {SERVER: {"auth": pair("other")}}})
    login = credentials(SERVER, Auth(username="me", password=credential(PASSWORD)), step)
    assert revealed(login) == ("me", PASSWORD)


@pytest.mark.parametrize("empty", [Auth(), Auth(hostname=SERVER), Auth(username="me"), Auth(password=credential(""))])
def test_a_block_that_says_nothing_leaves_it_to_the_config(
    empty: Auth, step: FakeStep, told: Callable[[Mapping[str, Any]], None]
) -> None:
    told({"auths": {SERVER: {"auth": pair()}}})
    assert revealed(credentials(SERVER, empty, step)) == ("me", PASSWORD)


def test_a_block_for_another_registry_is_not_shown_to_this_one(step: FakeStep) -> None:
    block = Auth(hostname="other.test", username="me", password=credential(PASSWORD))
    assert credentials(SERVER, block, step).anonymous
    assert revealed(credentials("other.test", block, step)) == ("me", PASSWORD)


def test_a_block_for_docker_hub_may_name_it_as_the_cli_does(step: FakeStep) -> None:
    block = Auth(hostname="https://index.docker.io/v1/", username="me", password=credential(PASSWORD))
    login = credentials("docker.io", block, step)
    assert shown(login.header())["serveraddress"] == "https://index.docker.io/v1/"


def test_the_encoded_pair_of_a_block_is_read(step: FakeStep) -> None:
    assert revealed(credentials(SERVER, Auth(auth=credential(pair())), step)) == ("me", PASSWORD)


def test_a_pair_that_is_none_is_an_error_that_does_not_show_it(step: FakeStep) -> None:
    with pytest.raises(MilepostError, match="not USER:PASSWORD in base64") as caught:
        credentials(SERVER, Auth(auth=credential("c2VjcmV0LXdvcmQ")), step)
    assert "c2VjcmV0" not in str(caught.value)


def test_tokens_of_a_block_are_sent_as_tokens(step: FakeStep) -> None:
    assert shown(credentials(SERVER, Auth(identity_token=credential("id-token")), step).header()) == {
        "identitytoken": "id-token",
        "serveraddress": SERVER,
    }
    assert shown(credentials(SERVER, Auth(registry_token=credential("bearer-x")), step).header())["registrytoken"]


def test_an_encoded_auth_is_a_document_of_the_api(step: FakeStep) -> None:
    document = json.dumps({"username": "me", "password": PASSWORD}).encode()
    for encoded in (base64.b64encode(document), base64.urlsafe_b64encode(document).rstrip(b"=")):
        auth = decoded(credential(encoded.decode()), step)
        assert revealed(credentials(SERVER, auth, step)) == ("me", PASSWORD)


@pytest.mark.parametrize("broken", ["%%%", base64.b64encode(b"[]").decode(), base64.b64encode(b"oops").decode()])
def test_an_encoded_auth_that_is_none_is_an_error(broken: str, step: FakeStep) -> None:
    with pytest.raises(MilepostError, match="encoded_auth cannot be read"):
        decoded(credential(broken), step)


def test_the_variable_of_the_cli_wins_over_its_config(
    tmp_path: Path, told: Callable[[Mapping[str, Any]], None]
) -> None:
    told({"auths": {SERVER: {"auth": pair("file")}}})
    given = {"PATH": "/bin", "DOCKER_AUTH_CONFIG": json.dumps({"auths": {SERVER: {"auth": pair("variable")}}})}
    login = credentials(SERVER, None, Bench(tmp_path).step("push", environment=given))
    assert (login.username, login.origin) == ("variable", "DOCKER_AUTH_CONFIG")


def test_a_variable_that_is_no_json_is_named(tmp_path: Path) -> None:
    step = Bench(tmp_path).step("push", environment={"DOCKER_AUTH_CONFIG": "oops"})
    with pytest.raises(MilepostError, match="DOCKER_AUTH_CONFIG cannot be read"):
        credentials(SERVER, None, step)


@pytest.mark.parametrize("key", [SERVER, f"https://{SERVER}", f"https://{SERVER}/v2/", f"http://{SERVER}/v1/"])
def test_an_entry_of_the_config_may_be_a_url(
    key: str, step: FakeStep, told: Callable[[Mapping[str, Any]], None]
) -> None:
    told({"auths": {"registry.test": {"auth": pair("without a port")}, key: {"auth": pair()}}})
    assert revealed(credentials(SERVER, None, step)) == ("me", PASSWORD)


def test_a_helper_is_asked_for_the_registry_on_its_standard_input(
    step: FakeStep, helper: Callable[[str, str], None], told: Callable[[Mapping[str, Any]], None]
) -> None:
    helper("box", f'printf \'{{"ServerURL":"%s","Username":"%s","Secret":"{PASSWORD}"}}\' "$server" "for $server"')
    told({"credsStore": "box"})
    login = credentials(SERVER, None, step)
    assert revealed(login) == (f"for {SERVER}", PASSWORD)
    assert login.origin == "docker-credential-box"
    assert credentials("docker.io", None, step).username == "for https://index.docker.io/v1/"


def test_the_helper_of_a_registry_wins_over_the_one_for_all(
    step: FakeStep, helper: Callable[[str, str], None], told: Callable[[Mapping[str, Any]], None]
) -> None:
    for name in ("all", "own"):
        helper(name, f'printf \'{{"Username":"{name}","Secret":"{PASSWORD}"}}\'')
    told({"credsStore": "all", "credHelpers": {SERVER: "own"}})
    assert credentials(SERVER, None, step).username == "own"
    assert credentials("other.test", None, step).username == "all"


def test_a_helper_may_give_an_identity_token(
    step: FakeStep, helper: Callable[[str, str], None], told: Callable[[Mapping[str, Any]], None]
) -> None:
    helper("box", 'printf \'{"Username":"<token>","Secret":"refresh-me"}\'')
    told({"credsStore": "box"})
    assert shown(credentials(SERVER, None, step).header())["identitytoken"] == "refresh-me"


def test_a_helper_that_knows_nothing_leaves_it_to_the_entries(
    step: FakeStep, helper: Callable[[str, str], None], told: Callable[[Mapping[str, Any]], None]
) -> None:
    helper("box", "echo 'credentials not found in native keychain'; exit 1")
    told({"credsStore": "box", "auths": {SERVER: {"auth": pair()}}})
    assert revealed(credentials(SERVER, None, step)) == ("me", PASSWORD)
    assert credentials("other.test", None, step).anonymous


def test_a_helper_that_fails_is_named_with_its_words(
    step: FakeStep, helper: Callable[[str, str], None], told: Callable[[Mapping[str, Any]], None]
) -> None:
    helper("box", "echo 'the box is locked' >&2; exit 3")
    told({"credsStore": "box"})
    with pytest.raises(MilepostError, match=r"docker-credential-box failed for registry\.test:5000: the box is locked"):
        credentials(SERVER, None, step)


def test_a_helper_that_is_missing_is_named(step: FakeStep, told: Callable[[Mapping[str, Any]], None]) -> None:
    told({"credHelpers": {SERVER: "gone"}})
    with pytest.raises(MilepostError, match="docker-credential-gone, which the docker config names") as caught:
        credentials(SERVER, None, step)
    assert "install docker-credential-gone" in caught.value.hint


def test_a_helper_whose_answer_cannot_be_read_is_named_and_its_answer_not_shown(
    step: FakeStep, helper: Callable[[str, str], None], told: Callable[[Mapping[str, Any]], None]
) -> None:
    helper("box", f"echo '{PASSWORD}'")
    told({"credsStore": "box"})
    with pytest.raises(MilepostError, match="docker-credential-box gave an answer") as caught:
        credentials(SERVER, None, step)
    assert PASSWORD not in str(caught.value)


def test_all_that_is_secret_is_masked_and_none_of_it_shown(
    step: FakeStep, helper: Callable[[str, str], None], told: Callable[[Mapping[str, Any]], None]
) -> None:
    helper("box", f'printf \'{{"Username":"me","Secret":"{PASSWORD}"}}\'')
    told({"credsStore": "box"})
    login = credentials(SERVER, None, step)
    assert {PASSWORD, login.header(), pair()} <= set(step.noted("mask"))
    assert PASSWORD not in step.everything()
    assert PASSWORD not in repr(login)


def test_a_login_is_granted_to_others_and_read_again(step: FakeStep) -> None:
    login = credentials(SERVER, Auth(username="me", password=credential(PASSWORD)), step)
    access = login.access("registry.test:5000/shop:1", insecure=True)
    assert isinstance(access, RegistryAccess)
    assert (access.server, access.insecure) == (SERVER, True)
    assert revealed(of_access(access, step)) == ("me", PASSWORD)


def test_a_build_gets_all_logins_in_one_header(step: FakeStep) -> None:
    mine = Login(server="docker.io", username="me", password=credential(PASSWORD))
    told = shown(registry_config([mine, Login(server=SERVER)]))
    assert set(told) == {"https://index.docker.io/v1/"}


def test_programs_find_the_logins_in_a_folder_that_others_cannot_read(
    step: FakeStep, home: Path, told: Callable[[Mapping[str, Any]], None]
) -> None:
    told({"currentContext": "work", "credsStore": "box", "auths": {"other.test": {"auth": pair("other")}}})
    (home / ".docker" / "contexts").mkdir()
    login = Login(server=SERVER, username="me", password=credential(PASSWORD))
    with docker_config([login, Login(server="nobody.test")], step) as folder:
        config = json.loads((folder / "config.json").read_text())
        assert config["auths"][SERVER] == {"auth": pair()}
        assert set(config["auths"]) == {SERVER, "other.test"}
        assert config["credHelpers"][SERVER] == ""
        assert (config["currentContext"], config["credsStore"]) == ("work", "box")
        assert (folder / "contexts").resolve() == (home / ".docker" / "contexts").resolve()
        assert (folder.stat().st_mode & 0o777, (folder / "config.json").stat().st_mode & 0o777) == (0o700, 0o600)
    assert not folder.exists()
    assert (home / ".docker" / "contexts").is_dir()


def test_the_config_of_the_user_is_never_changed(
    step: FakeStep, home: Path, told: Callable[[Mapping[str, Any]], None]
) -> None:
    told({"auths": {}})
    before = (home / ".docker" / "config.json").read_bytes()
    with docker_config([Login(server=SERVER, identity_token=credential("id-token"))], step) as folder:
        assert json.loads((folder / "config.json").read_text())["auths"][SERVER]["identitytoken"] == "id-token"
    assert (home / ".docker" / "config.json").read_bytes() == before


def test_a_user_without_a_config_gets_a_folder_all_the_same(tmp_path: Path) -> None:
    step = Bench(tmp_path).step("build")
    with docker_config([], step) as folder:
        assert json.loads((folder / "config.json").read_text())["auths"] == {}
        variables = config_environment(folder, step)
    assert variables["DOCKER_CONFIG"] == str(folder)
    assert variables["BUILDX_CONFIG"] == str(step.facts.home / ".docker" / "buildx")
