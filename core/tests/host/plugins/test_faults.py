"""Whose fault it is."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import msgspec
import pytest

from milepost.host.plugins.faults import blame, demand
from milepost.host.plugins.scan import Entry
from milepost.sdk.artifact import Artifact, RegistryAccess
from milepost.sdk.deployment import Deployment, Endpoint
from milepost.sdk.errors import CancelledError, NotReadyError, OperationError, PluginFaultError
from milepost.sdk.secret import Part, Secret

ACME = Entry(1, "platform", "acme", "acme.plugin", "milepost-acme", "1.2")


@pytest.mark.parametrize("error", [ValueError("x"), StopIteration(), SystemExit(3), RecursionError(), KeyError("k")])
def test_what_no_plugin_should_raise_is_its_fault_with_the_cause(error: BaseException) -> None:
    with pytest.raises(PluginFaultError) as caught, blame(ACME, "deploy"):
        raise error
    assert caught.value.__cause__ is error
    assert "milepost-acme 1.2: deploy raised " + type(error).__name__ in str(caught.value)
    assert "--debug" in caught.value.hint


@pytest.mark.parametrize("error", [NotReadyError("web.1 exited 1"), CancelledError("cancelled"), KeyboardInterrupt()])
def test_what_a_plugin_may_raise_passes_as_it_is(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, blame(ACME, "deploy"):
        raise error
    assert caught.value is error


def test_a_full_disk_is_no_bug_of_the_plugin() -> None:
    with pytest.raises(OperationError) as caught, blame(ACME, "deploy"):
        raise OSError(errno.ENOSPC, "No space left on device", "/data")
    assert not isinstance(caught.value, PluginFaultError)
    assert str(caught.value).endswith("[Errno 28] No space left on device: '/data'")
    assert "free some space" in caught.value.hint


def test_another_error_of_the_system_is_its_fault() -> None:
    with pytest.raises(PluginFaultError, match="FileNotFoundError"), blame(ACME, "deploy"):
        Path("/nowhere/at/all").read_bytes()


def test_what_the_role_promises_is_returned() -> None:
    deployment = Deployment(endpoints=(Endpoint(kind="http-endpoint/1", address="http://127.0.0.1:1"),))
    assert demand(ACME, deployment, Deployment, "deploy") is deployment
    assert demand(ACME, "reason", str, "starting") == "reason"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "deploy returned None, expected Deployment"),
        ("http://x", "deploy returned a value of type str, expected Deployment"),
        (Deployment, "deploy returned the class Deployment, expected Deployment"),
    ],
)
def test_a_wrong_kind_of_return_value_is_told_without_its_content(value: Any, told: str) -> None:
    with pytest.raises(PluginFaultError, match=told):
        demand(ACME, value, Deployment, "deploy")


@pytest.mark.parametrize(
    ("artifact", "told"),
    [
        (Artifact(kind="file-tree/1", reference=None, digest="sha256:0"), r"at `\$.reference`"),  # type: ignore[arg-type]  # a plugin's mistake
        (Artifact(kind="file-tree/1", reference="/x", digest="y", details={"at": object()}), "object"),
        (Artifact(kind="file-tree/1", reference="/x", digest="y", details={"a": {1: 2}}), ""),
    ],
)
def test_a_field_of_the_wrong_kind_is_found_before_the_history_would(artifact: Artifact, told: str) -> None:
    if not told:
        assert demand(ACME, artifact, Artifact, "build") is artifact
        return
    with pytest.raises(PluginFaultError, match=told):
        demand(ACME, artifact, Artifact, "build")


def test_access_may_have_secrets_and_texts_in_their_place_are_a_bug() -> None:
    access = RegistryAccess(reference="x/web:1", server="x", password=Secret([Part("hush-hush")]))
    assert demand(ACME, access, RegistryAccess, "granting") is access
    open_one = msgspec.structs.replace(access, password="hush-hush")
    with pytest.raises(PluginFaultError, match=r"expected a Secret, found str - at `\$.password`") as caught:
        demand(ACME, open_one, RegistryAccess, "granting")
    assert "hush-hush" not in str(caught.value)


def test_a_secret_that_would_be_recorded_is_a_bug() -> None:
    artifact = Artifact(kind="x/1", reference="x", digest="sha256:1", details={"key": Secret([Part("hush-hush")])})
    with pytest.raises(PluginFaultError, match="wrong Artifact"):
        demand(ACME, artifact, Artifact, "build")
