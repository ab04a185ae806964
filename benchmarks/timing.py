"""How the benchmarks time whole commands: in turns, so that a busy machine touches all alike, and as medians."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

NOTHING = (sys.executable, "-I", "-c", "pass")
"""The floor F: the start of a Python that does nothing."""

MILEPOST = str(Path(sys.executable).with_name("milepost"))


Clock: TypeAlias = Callable[[], float]


def processor() -> float:
    """Return the processor time of all programs that have ended: on a busy machine, waiting for a turn does not count.

    Where others compute, a long command waits for several turns and one that does nothing for none.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def medians(
    commands: Mapping[str, Sequence[str]],
    rounds: int,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    own: Mapping[str, Mapping[str, str]] | None = None,
    clock: Clock = time.perf_counter,
) -> dict[str, float]:
    """Return the median seconds of each command, all run in turns; one that fails ends the benchmark.

    `own` is what stands in the environments of some of them besides.
    """
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, argv in commands.items():
            lasted = run(argv, cwd, {**(env or {}), **(own or {}).get(name, {})}, clock)
            if turn:  # the first round warms the caches
                taken[name].append(lasted)
    return {name: statistics.median(each) for name, each in taken.items()}


def run(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None, clock: Clock = time.perf_counter
) -> float:
    """Run a command and return how long it took."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = clock()
    ended = subprocess.run(
        argv, cwd=cwd, env={**environment, **(env or {})}, check=False, capture_output=True, text=True
    )
    taken = clock() - began
    if ended.returncode:
        raise SystemExit(f"{' '.join(argv)} ended with status {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return taken


def seconds(work: Callable[..., object], *arguments: object) -> float:
    """Return how long the call took."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def private(folder: Path) -> dict[str, str]:
    """Return the environment of a user who keeps everything in that folder."""
    return {"MILEPOST_STATE": str(folder / "state"), "MILEPOST_CACHE": str(folder / "cache")}
