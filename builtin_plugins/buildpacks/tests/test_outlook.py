"""What is told before a build, and what becomes of its image afterwards, with programs that run nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from milepost.sdk import OperationError
from milepost.testing.bench import Bench
from milepost.testing.runner import RecordingRunner
from milepost_buildpacks.builder import BuildpacksBuilder
from milepost_buildpacks.config import BuildpacksConfig

from .fakes import ACCESS, fake_programs, missing


@pytest.fixture
def runner() -> RecordingRunner:
    return fake_programs()


@pytest.fixture
def bench(runner: RecordingRunner, tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench", runner=runner)


def test_a_plan_says_what_is_made_and_asks_nobody(bench: Bench) -> None:
    step = bench.step("build", registry=ACCESS)
    (planned,) = BuildpacksBuilder(BuildpacksConfig(builder="b/b")).plan(None, step)
    assert planned.name.startswith("registry.test/shop/web:")
    assert planned.detail == "by buildpacks of b/b, for the engine, straight into the registry"
    assert step.commands == []


def test_the_doctor_finds_what_is_there(bench: Bench, runner: RecordingRunner) -> None:
    runner.answer("pack", "version", stdout=b"0.40.0\n")
    found = list(BuildpacksBuilder(BuildpacksConfig()).examine(bench.step("build")))
    assert [each.level for each in found] == ["ok", "ok"]
    assert "pack 0.40.0" in found[0].what


def test_the_doctor_finds_what_ismissing(bench: Bench, runner: RecordingRunner) -> None:
    runner.act("pack", by=missing)
    runner.answer("docker", "version", status=1, stderr=b"Cannot connect")
    found = list(BuildpacksBuilder(BuildpacksConfig()).examine(bench.step("build")))
    assert [(each.level, bool(each.hint)) for each in found] == [("problem", True), ("problem", True)]


def test_the_doctor_warns_of_an_engine_that_takes_no_image(bench: Bench, runner: RecordingRunner) -> None:
    runner.answer("docker", "version", stdout=b'{"ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"}')
    *_, found = BuildpacksBuilder(BuildpacksConfig()).examine(bench.step("build"))
    assert (found.level, "add a registry" in found.hint) == ("warning", True)
    *_, published = BuildpacksBuilder(BuildpacksConfig()).examine(bench.step("build", registry=ACCESS))
    assert published.level == "ok"


def test_an_image_in_a_registry_is_deleted_by_that(bench: Bench) -> None:
    builder = BuildpacksBuilder(BuildpacksConfig())
    built = builder.build(bench.step("build", registry=ACCESS))
    with pytest.raises(OperationError, match="is in a registry"):
        builder.delete(built, bench.step("destroy"))


def test_an_image_that_the_engine_does_not_give_up_is_an_error(bench: Bench, runner: RecordingRunner) -> None:
    builder = BuildpacksBuilder(BuildpacksConfig())
    built = builder.build(bench.step("build"))
    runner.answer("docker", "image", "inspect", stdout=json.dumps({"Id": built.digest}).encode())
    runner.answer("docker", "image", "rm", status=1, stderr=b"a container uses it")
    with pytest.raises(OperationError, match="was not deleted: a container uses it"):
        builder.delete(built, bench.step("destroy"))
