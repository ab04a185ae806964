"""The engines of the tests: shared ones are one, own ones leave nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines.docker import PATIENCE, Daemon, Engine, shared, why_no_daemon
from tests.engines.images import base
from tests.engines.premises import premises


def test_a_container_runs_on_each_engine(engine: Engine) -> None:
    assert engine.docker("run", "--rm", "--network=none", base(engine), "echo", "here") == "here"


def test_a_killed_engine_leaves_nothing(fresh_engine: Callable[..., Daemon]) -> None:
    daemon = fresh_engine()
    engine = daemon.engine()
    engine.docker("network", "create", "left")
    engine.docker("run", "--detach", "--network=left", "--publish=127.0.0.1::80", base(engine), "sleep", "1000")
    daemon.kill()
    daemon.raze()
    processes = subprocess.run(("ps", "-eo", "args"), check=True, capture_output=True, text=True).stdout
    assert str(daemon.folder) not in processes
    assert str(daemon.folder) not in Path("/proc/self/mountinfo").read_text()
    assert not daemon.folder.exists()


def test_an_engine_that_was_killed_starts_again_with_what_it_had(fresh_engine: Callable[..., Daemon]) -> None:
    daemon = fresh_engine()
    image = base(daemon.engine())
    daemon.kill()
    daemon.start()
    assert daemon.engine().docker("image", "ls", "--quiet", image)


def test_what_a_killed_run_has_started_is_ended_all_the_same() -> None:
    reason = why_no_daemon()
    if reason:
        pytest.skip(reason)
    lines = (
        "import time; from tests.engines.docker import Daemon; from tests.engines.premises import premises",
        "Daemon('left').start(); print(premises(), flush=True); time.sleep(1000)",
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_XDIST_WORKER"}
    run = subprocess.Popen((sys.executable, "-c", "\n".join(lines)), stdout=subprocess.PIPE, env=environment, text=True)
    assert run.stdout is not None
    with run.stdout:
        folder = Path(run.stdout.readline().strip())
    assert folder.is_dir()
    run.kill()
    run.wait()
    deadline = time.monotonic() + PATIENCE
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()


def test_the_shared_engine_is_one(current_engine: Engine) -> None:
    assert shared("current", current=True).host == current_engine.host
    assert len(list((premises() / "processes").glob("current"))) == 1
