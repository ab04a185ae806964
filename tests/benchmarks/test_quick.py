"""The benchmarks still work: each is run in its quick mode, whose figures mean nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
TOLD = {
    "history": ("insert at", "TinyDB, insert at", "operation list at", "the store alone at"),
    "startup": ("--version", "operation list at"),
    "output": ("kept, of tee", "milepost build, shown and kept", "with 20 followers"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TOLD)
def test_a_benchmark_tells_each_of_its_figures_in_its_quick_mode(name: str) -> None:
    told = subprocess.run(
        (sys.executable, BENCHMARKS / f"{name}.py", "--quick"),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for each in TOLD[name]:
        assert re.search(rf"{re.escape(each)}.*\d\.?\d*", told), told
