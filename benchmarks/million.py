"""What a million records take: time and memory of commands that read much of a history, each in a new process.

python benchmarks/million.py                    # 100,000 and 1,000,000 documents; 6 GB of disk and some minutes
python benchmarks/million.py --sizes 1000 10000
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing import Process
from pathlib import Path
from typing import Any

from filling import APPS, STAGES, document, fill
from lists import PROJECT, make_project
from timing import MILEPOST

EACH = len(STAGES) + 1
"""Documents of one run."""

KEEP = 1_000
"""Runs that a prune is to leave."""


def whole(place: int) -> dict[str, Any]:
    """Return the document of that place with all that a prune follows: what came from what, and what it was about."""
    found: dict[str, Any] = document(place)
    number, part = divmod(place, EACH)
    app = APPS[number % len(APPS)]
    both = {"schema": 1, "ended": found["started"], "status": "success", "state": None, "why": "x" * 600}
    if part == 0:
        return {**found, **both, "apps": [app]}
    first = place - part
    deployed = f"01{first + 1 + STAGES.index('deploy'):024}"
    before = place - EACH * 5 * len(APPS)  # the same app in the same workspace
    more: dict[str, dict[str, Any]] = {
        "deploy": {"build": f"01{first + 1:024}"},
        "release": {"target": deployed, "previous": f"01{before - 1:024}" if before > 0 else None},
    }
    return {**found, **both, **more.get(STAGES[part - 1], {})}


def measured(words: tuple[str, ...], project: Path, history: Path) -> tuple[float, float, int]:
    """Carry out a command and return its seconds, the most memory it had in MB, and its exit status."""
    environment = {**os.environ, "MILEPOST_HISTORY": str(history), "MILEPOST_STATE": str(project / "state")}
    began = time.perf_counter()
    process = subprocess.Popen((MILEPOST, *words), cwd=project, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - began, usage.ru_maxrss / 1024, process.returncode


def main() -> None:
    """Fill, measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=(100_000, 1_000_000))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "project"
        make_project(project)
        (project / "milepost.hcl").write_text(PROJECT)
        for size in given.sizes:
            history = Path(scratch) / str(size)
            began = time.perf_counter()
            # In a process of its own: what this one takes counts as taken by those that it starts.
            filler = Process(target=fill, args=(history, size, whole))
            filler.start()
            filler.join()
            sys.stdout.write(f"{size:,} documents, filled in {time.perf_counter() - began:.0f} s\n")
            tell(size, project, history)


def tell(size: int, project: Path, history: Path) -> None:
    """Print what each command takes."""
    commands = (
        ("operation", "list"),
        ("history",),
        ("show", str(size // EACH // 2)),
        ("status", "--recorded"),
        ("store", "stats"),
        ("store", "prune", "--runs", str(KEEP)),
        ("store", "export", str(history / "export.jsonl")),
        ("store", "verify"),
    )
    for words in commands:
        seconds, megabytes, status = measured(words, project, history)
        shown = " ".join(word for word in words if "/" not in word)
        ended = f", ended with {status}" if status else ""
        sys.stdout.write(f"  {shown:<26} {seconds:7.2f} s  {megabytes:6.0f} MB{ended}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
