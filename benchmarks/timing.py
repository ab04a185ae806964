"""How the benchmarks time whole commands: in turns, so that a busy machine touches all alike, and as medians."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

NOTHING = (sys.executable, "-I", "-c", "pass")
"""The floor F: the start of a Python that does nothing."""

MILEPOST = str(Path(sys.executable).with_name("milepost"))


def medians(
    commands: Mapping[str, Sequence[str]], rounds: int, cwd: Path, env: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Return the median seconds of each command, all run in turns; one that fails ends the benchmark."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, argv in commands.items():
            seconds = run(argv, cwd, env)
            if turn:  # the first round warms the caches
                taken[name].append(seconds)
    return {name: statistics.median(each) for name, each in taken.items()}


def run(argv: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> float:
    """Run a command and return how long it took."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    ended = subprocess.run(
        argv, cwd=cwd, env={**environment, **(env or {})}, check=False, capture_output=True, text=True
    )
    taken = time.perf_counter() - began
    if ended.returncode:
        raise SystemExit(f"{' '.join(argv)} ended with status {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return taken


def private(folder: Path) -> dict[str, str]:
    """Return the environment of a user who keeps everything in that folder."""
    return {"MILEPOST_STATE": str(folder / "state"), "MILEPOST_CACHE": str(folder / "cache")}
