"""How values are written down and made again: plain, secret, credential."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any, ClassVar

import pytest
from msgspec import Struct

from milepost.host.fingerprint import fingerprint, fingerprint_key, has_changed
from milepost.host.recording import (
    changed_secrets,
    digest_of,
    needs_today,
    record,
    record_config,
    record_state,
    recorded_config,
    recorded_state,
    restore,
)
from milepost.sdk.config import PluginConfig, PluginState
from milepost.sdk.errors import OperationError
from milepost.sdk.secret import Credential, Part, Secret

KEY = b"key"


class Inner(Struct, frozen=True, kw_only=True):
    """A nested block."""

    token: Secret | None = None


class Config(PluginConfig, frozen=True, kw_only=True):
    """A config with each kind of value."""

    name: str = "web"
    count: int = 1
    url: Secret | None = None
    login: Credential | None = None
    env: dict[str, str | Secret] = {}  # noqa: RUF012 - a struct copies its defaults
    many: list[str | Secret] = []  # noqa: RUF012 - a struct copies its defaults
    seconds: float = 1.5
    inner: Inner = Inner()


def secret(text: str, source: str = "var.password") -> Secret:
    return Secret([Part(text, source)])


def url(password: str) -> Secret:
    return Secret([Part("postgres://app:"), Part(password, "var.password"), Part("@db")])


def read(password: str | None) -> Any:
    return {"var.password": password}.get


def test_a_secret_is_recorded_as_where_it_came_from_and_a_fingerprint() -> None:
    document = record_config(Config(url=url("hunter22")), KEY)
    assert document["fields"]["url"]["$secret"] == [
        {"text": "postgres://app:"},
        {"source": "var.password"},
        {"text": "@db"},
    ]
    assert "hunter22" not in json.dumps(document)


def test_a_credential_is_never_recorded() -> None:
    document = record_config(Config(login=Credential([Part("hunter22", "var.password")])), KEY)
    assert document["fields"]["login"] == {"$credential": True}


def test_a_secret_that_stands_in_the_file_leaves_no_text() -> None:
    document = record(Secret([Part("hunter22")]), KEY)
    assert document["$secret"] is None
    assert "hunter22" not in json.dumps(document)


def test_a_config_reads_back_with_todays_secrets() -> None:
    document = json.loads(json.dumps(record_config(Config(url=url("old"), many=["a", secret("old")]), KEY)))
    again = recorded_config(document, Config, None, read("new"))
    assert again.url is not None
    assert again.url.reveal() == "postgres://app:new@db"
    assert [each if isinstance(each, str) else each.reveal() for each in again.many] == ["a", "new"]


def test_credentials_come_from_todays_config_also_in_what_is_nested() -> None:
    today = Config(login=Credential([Part("now", "var.password")]), inner=Inner(token=Secret([Part("literal")])))
    then = Config(login=Credential([Part("then")]), inner=Inner(token=Secret([Part("old literal")])), name="old")
    again = recorded_config(record_config(then, KEY), Config, today, read(None))
    assert again.login is not None
    assert again.login.reveal() == "now"
    assert again.inner.token is not None
    assert again.inner.token.reveal() == "literal"
    assert again.name == "old"


def test_what_is_never_recorded_and_not_in_todays_file_says_so() -> None:
    document = record_config(Config(login=Credential([Part("then")])), KEY)
    with pytest.raises(OperationError, match="login is never recorded, and today's project file has none"):
        recorded_config(document, Config, None, read(None))


def test_a_source_that_is_gone_is_named() -> None:
    document = record_config(Config(env={"DB": secret("old")}), KEY)
    with pytest.raises(OperationError, match=r"env\.DB came from var\.password, which has no value today"):
        recorded_config(document, Config, None, read(None))


def test_a_recorded_value_stays_what_it_was_though_another_one_is_the_default_today() -> None:
    recorded = record_config(Config(count=1, name="api", seconds=2), b"key")
    assert recorded["fields"].keys() >= {"count", "many"}
    recorded["fields"]["many"] = ["of before"]
    back = recorded_config(recorded, Config, None, read(None))
    assert (back.name, back.count, back.seconds, back.many) == ("api", 1, 2.0, ["of before"])


class Newer(PluginConfig, frozen=True, kw_only=True):
    """A config whose field had another name in version 1."""

    version: ClassVar[int] = 2
    title: str = ""

    @classmethod
    def upgrade(cls, version: int, document: dict[str, Any]) -> dict[str, Any]:
        return {"title": f"{document['name']} of {version}"}


def test_an_older_config_is_upgraded() -> None:
    assert recorded_config({"version": 1, "fields": {"name": "web"}}, Newer, None, read(None)).title == "web of 1"


def test_a_config_that_does_not_fit_any_more_says_so() -> None:
    with pytest.raises(OperationError, match="cannot be read by today's plugin"):
        recorded_config({"version": 1, "fields": {"count": "many"}}, Config, None, read(None))


@pytest.mark.parametrize("today", ["new", "other"])
def test_changed_secrets_are_named_by_their_paths(today: str) -> None:
    then = Config(url=url("old"), env={"A": secret("old"), "B": "plain"}, many=["x", secret("old")])
    document = record_config(then, KEY)["fields"]
    now = recorded_config(record_config(then, KEY), Config, None, read(today))
    assert changed_secrets(document, now, KEY, "deploy") == ["deploy.url", "deploy.env.A", "deploy.many[1]"]


def test_the_same_secrets_are_not_changed_and_credentials_never_are() -> None:
    then = Config(url=url("same"), login=Credential([Part("then")]), inner=Inner(token=secret("same")))
    today = Config(login=Credential([Part("now")]))
    now = recorded_config(record_config(then, KEY), Config, today, read("same"))
    assert changed_secrets(record_config(then, KEY)["fields"], now, KEY) == []


def test_only_what_is_not_recorded_needs_todays_file() -> None:
    assert not needs_today(record_config(Config(url=url("x"), env={"A": "b"}), KEY))
    assert needs_today(record_config(Config(login=Credential([Part("x")])), KEY))
    assert needs_today(record(["a", Secret([Part("literal")])], KEY))


def test_a_list_that_is_shorter_today_leaves_no_gap() -> None:
    with pytest.raises(OperationError, match=r"many\[1\] is never recorded"):
        restore(record(["a", Secret([Part("literal")])], KEY), ["a"], read(None), "many")


def test_a_fingerprint_tells_a_change_and_nothing_else() -> None:
    assert fingerprint(KEY, "a") == fingerprint(KEY, "a")
    assert fingerprint(KEY, "a") != fingerprint(KEY, "b")
    assert fingerprint(KEY, "a") != fingerprint(b"other", "a")


def test_fingerprints_of_different_keys_tell_no_change() -> None:
    assert has_changed(fingerprint(KEY, "a"), fingerprint(KEY, "b"))
    assert not has_changed(fingerprint(KEY, "a"), fingerprint(KEY, "a"))
    assert not has_changed(fingerprint(KEY, "a"), fingerprint(b"other", "b"))


def test_the_key_is_made_once_for_its_user_alone(tmp_path: Path) -> None:
    state = tmp_path / "new" / "state"
    first = fingerprint_key(state, {})
    assert fingerprint_key(state, {}) == first
    assert len(first) == 32
    assert stat.S_IMODE((state / "fingerprint.key").stat().st_mode) == 0o600
    assert [each.name for each in state.iterdir()] == ["fingerprint.key"]


def test_a_key_from_the_environment_wins_and_leaves_no_file(tmp_path: Path) -> None:
    assert fingerprint_key(tmp_path / "state", {"MILEPOST_FINGERPRINT_KEY": "shared"}) == b"shared"
    assert not (tmp_path / "state").exists()


def test_equal_documents_have_one_digest_whatever_their_order() -> None:
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})


class State(PluginState, frozen=True, kw_only=True):
    """What a plugin remembers."""

    key: str


class NewerState(PluginState, frozen=True, kw_only=True):
    """What a newer one remembers."""

    version: ClassVar[int] = 2
    keys: tuple[str, ...]

    @classmethod
    def upgrade(cls, version: int, document: dict[str, Any]) -> dict[str, Any]:
        return {"keys": [document["key"]]}


def test_a_state_reads_back_as_it_was() -> None:
    assert recorded_state(json.loads(json.dumps(record_state(State(key="a")))), State) == State(key="a")
    assert recorded_state(None, State) is None


def test_an_older_state_is_upgraded() -> None:
    assert recorded_state(record_state(State(key="a")), NewerState) == NewerState(keys=("a",))


def test_a_state_that_cannot_be_read_says_so() -> None:
    with pytest.raises(OperationError, match="the recorded state cannot be read by today's plugin"):
        recorded_state({"version": 1, "fields": {"other": 1}}, State)
