"""The benchmarks still work: each is run in its quick mode, whose figures mean nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines.docker import why_no_daemon
from tests.engines.postgres import binaries

ROOT = Path(__file__).parents[2]
TOLD = {
    "history": ("insert at", "TinyDB, insert at", "operation list at", "the store alone at"),
    "startup": ("--version", "operation list at"),
    "output": ("kept, of tee", "milepost build, shown and kept", "with 20 followers"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TOLD)
def test_a_benchmark_tells_each_of_its_figures_in_its_quick_mode(name: str) -> None:
    told = _told(f"benchmarks/{name}.py", "--quick")
    for each in TOLD[name]:
        assert re.search(rf"{re.escape(each)}.*\d", told), told


@pytest.mark.slow
@pytest.mark.skipif(binaries() is None, reason="there is no PostgreSQL")
def test_the_benchmark_of_postgresql_tells_its_ratios_in_its_quick_mode() -> None:
    assert re.search(r"append: \d.*\nappend under a lock: \d", _told("-m", "benchmarks.postgres", "--quick"))


@pytest.mark.slow
@pytest.mark.engine
@pytest.mark.skipif(bool(why_no_daemon()), reason="a dockerd of its own cannot be started here")
def test_the_benchmark_of_docker_tells_its_ratios_in_its_quick_mode() -> None:
    told = _told("-m", "benchmarks.docker", "--quick")
    for each in ("up, the last layer", "rebuild, nothing changed", "status of 2 deployments", "a line to", "memory,"):
        assert re.search(rf"{re.escape(each)}.* \d+\.\d+\n", told), told


def _told(*words: str) -> str:
    """Return what a Python prints that ran to its end."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        (sys.executable, *words), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
