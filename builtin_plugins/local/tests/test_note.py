"""The note beside a deployment, of which its record can be made again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import Artifact, NotReadyError, OperationError, Recorded, Resource
from milepost.sdk.capabilities import Adopted
from milepost.testing.bench import Bench
from milepost.testing.contracts.contract import SECRET
from milepost_local.config import LocalConfig
from milepost_local.platform import LocalPlatform

LABELS = {"milepost/project": "shop"}
Deploy = Callable[..., Recorded[Any]]


def folder(recorded: Recorded[Any]) -> Path:
    return Path(recorded.state.folder)


def adopt(bench: Bench, recorded: Recorded[Any]) -> Adopted:
    step = bench.step("status", operation=recorded.operation)
    return LocalPlatform(LocalConfig()).adopt((Resource(kind="folder", key=folder(recorded).name),), step)


def find(bench: Bench) -> list[str]:
    return [each.key for each in LocalPlatform(LocalConfig()).find(LABELS, bench.step("status"))]


def test_what_is_adopted_has_the_config_it_was_deployed_with(
    bench: Bench, deploy: Deploy, serving: LocalConfig, artifact: Artifact
) -> None:
    recorded = deploy(serving, labels=LABELS)
    found = adopt(bench, recorded)
    assert (found.config, found.recorded.state, found.recorded.artifact) == (serving, recorded.state, artifact)


def test_the_ports_are_those_of_the_processes_that_run_now(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    platform, recorded = LocalPlatform(serving), deploy(serving, labels=LABELS)
    platform.park(recorded, bench.step("park"))
    assert adopt(bench, recorded).recorded.state.ports == ()  # type: ignore[union-attr]  # local has a state
    again = platform.unpark(recorded, bench.step("unpark", operation=recorded.operation))
    found = adopt(bench, recorded).recorded.deployment
    assert found is not None
    assert found.endpoints == again.endpoints


def test_no_secret_lies_beside_the_app(bench: Bench, deploy: Deploy, serving: LocalConfig) -> None:
    root = folder(deploy(serving, labels=LABELS))
    texts = [each.read_bytes() for each in root.iterdir() if each.is_file()]
    assert len(texts) > 3
    assert not any(SECRET.encode() in each for each in texts)
    assert {oct(each.stat().st_mode & 0o077) for each in (root / "deployment.json", root / "labels.json")} == {"0o0"}


def test_one_without_a_note_is_found_and_not_adopted(bench: Bench, deploy: Deploy) -> None:
    recorded = deploy(LocalConfig(), labels=LABELS)
    (folder(recorded) / "deployment.json").unlink()
    assert find(bench) == [folder(recorded).name]
    with pytest.raises(OperationError, match="what it is cannot be told") as caught:
        adopt(bench, recorded)
    assert not isinstance(caught.value, NotReadyError), "it may run, and serve"


def test_one_whose_deploy_did_not_end_is_not_whole(bench: Bench, deploy: Deploy) -> None:
    recorded = deploy(LocalConfig(), labels=LABELS)
    (folder(recorded) / "whole").unlink()
    with pytest.raises(NotReadyError, match="is no whole deployment") as caught:
        adopt(bench, recorded)
    assert caught.value.hint == f"milepost orphans destroy {folder(recorded).name}"


def test_labels_that_a_crash_emptied_keep_nobody_from_looking(bench: Bench, deploy: Deploy) -> None:
    broken, sound = (deploy(LocalConfig(), labels=LABELS) for _ in range(2))
    os.truncate(folder(broken) / "labels.json", 0)
    assert find(bench) == [folder(sound).name]
