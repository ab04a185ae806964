"""The engines of the tests: shared ones are one, own ones leave nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.engines.docker import Daemon, Engine
from tests.engines.images import base


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
