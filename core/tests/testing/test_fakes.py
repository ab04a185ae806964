"""The fake plugins go wrong where they are told to, and their world outlives whoever was in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk.capabilities import DeploysInPlace
from milepost.sdk.errors import ArtifactGoneError, DeadlineError, NotReadyError, OperationError
from milepost.testing.bench import Bench
from milepost.testing.clock import FakeClock
from milepost.testing.fakes.builder import FakeBuilder, FakeBuilderConfig
from milepost.testing.fakes.platform import FakePlatform, FakePlatformConfig, InPlacePlatform, leftovers
from milepost.testing.fakes.plugin import install_fakes
from milepost.testing.fakes.world import World


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, clock=FakeClock())


def deploy(bench: Bench, **config: Any) -> Any:
    return FakePlatform(FakePlatformConfig(**config)).deploy(None, bench.step("deploy", limit=5))


@pytest.mark.parametrize("point", ["deploy", "made", "saved"])
def test_a_failure_is_an_error_of_the_operation_that_names_its_point(bench: Bench, point: str) -> None:
    with pytest.raises(OperationError, match=f"told to fail at {point}"):
        deploy(bench, fail=point)
    assert bool(leftovers(bench.data)) == (point != "deploy")


def test_a_failure_to_get_ready_leaves_evidence(bench: Bench) -> None:
    with pytest.raises(NotReadyError):
        deploy(bench, fail="ready")
    assert bench.steps[-1].noted("evidence") == ["web.1 exited 1\nthe last words of the fake"]


def test_a_bug_is_what_no_plugin_should_raise(bench: Bench) -> None:
    with pytest.raises(ValueError, match="a bug at deploy"):
        deploy(bench, bug="deploy")


def test_a_hang_obeys_the_limit_of_the_step(bench: Bench) -> None:
    with pytest.raises(DeadlineError):
        deploy(bench, hang="made")
    assert bench.steps[-1].noted("say") == ["hanging at made"]


def test_taking_time_is_no_failure(bench: Bench) -> None:
    deploy(bench, slow="ready", seconds=3)
    assert bench.clock.monotonic() == pytest.approx(3)


def test_trouble_can_come_to_what_was_deployed_long_ago(bench: Bench) -> None:
    platform = FakePlatform(FakePlatformConfig())
    step = bench.step("deploy")
    platform.deploy(None, step)
    World(bench.data).trouble("destroy", "fail")
    with pytest.raises(OperationError, match="at destroy"):
        platform.destroy(step.recorded(), bench.step("destroy"))
    World(bench.data).trouble("destroy", "")
    platform.destroy(step.recorded(), bench.step("destroy"))
    assert leftovers(bench.data) == []


def test_a_death_leaves_what_was_made_in_the_world(bench: Bench) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from milepost.testing.bench import Bench\n"
        "from milepost.testing.fakes.platform import FakePlatform, FakePlatformConfig\n"
        "FakePlatform(FakePlatformConfig(die='made')).deploy(None, Bench(Path(sys.argv[1])).step('deploy'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(bench.folder)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(leftovers(bench.data)) == 1
    assert World(bench.data).log() == ["deploy web"]


def test_other_text_is_another_artifact_and_a_lost_one_cannot_be_deployed(bench: Bench) -> None:
    one, two = (FakeBuilder(FakeBuilderConfig(text=each)).build(bench.step("build")) for each in ("a", "b"))
    assert one.digest != two.digest
    FakeBuilder(FakeBuilderConfig()).delete(one, bench.step("destroy"))
    with pytest.raises(ArtifactGoneError):
        FakePlatform(FakePlatformConfig()).deploy(one, bench.step("deploy"))


def test_deployments_in_place_are_one_object(bench: Bench) -> None:
    platform = InPlacePlatform(FakePlatformConfig())
    assert isinstance(platform, DeploysInPlace)
    for _ in range(2):
        platform.deploy(None, bench.step("deploy"))
    assert leftovers(bench.data) == [platform.generation(bench.step("deploy"))]


def test_another_process_finds_the_fakes_on_its_path(tmp_path: Path) -> None:
    install_fakes(tmp_path)
    code = (
        "import sys\n"
        "from milepost.host.plugins.catalog import Catalog\n"
        "from milepost.host.plugins.load import Plugins\n"
        "from milepost.host.plugins.scan import scan\n"
        "print(Plugins(Catalog(scan(sys.path))).offer('platform', 'fake').entry.distribution)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "milepost-fakes"
