"""What it costs to start, in starts of a Python that does nothing (F): version, help, and lists of a long history.

python benchmarks/startup.py            # 500 distributions, 1,000 and 100,000 operations
python benchmarks/startup.py --quick    # 20 distributions, 100 and 1,000 operations, to see that it works

With --processor, processor time is counted: for a machine that is busy with other things.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from filling import fill
from lists import make_project
from timing import MILEPOST, NOTHING, medians, private, processor

from milepost.testing.distribution import write_distribution


class Scale(NamedTuple):
    """How much is measured."""

    distributions: int
    sizes: tuple[int, int]
    rounds: int


WHOLE, QUICK = Scale(500, (1_000, 100_000), 21), Scale(20, (100, 1_000), 3)


def main() -> None:
    """Measure and tell."""
    clock = processor if "--processor" in sys.argv else time.perf_counter
    scale = QUICK if "--quick" in sys.argv else WHOLE
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_project(folder)
        for number in range(scale.distributions):
            points = {"console_scripts": {f"thing{number}": "thing:main"}}
            write_distribution(folder / "site", f"thing-{number}", "1.0", points)
        for size in scale.sizes:
            fill(folder / str(size), size)
        env = {**private(folder), "PYTHONPATH": str(folder / "site")}
        lists = {f"{noun} list at {size}": (noun, size) for noun in ("operation", "deployment") for size in scale.sizes}
        histories = {name: {"MILEPOST_HISTORY": str(folder / str(size))} for name, (_, size) in lists.items()}
        commands = {
            "F": NOTHING,
            "--version": (MILEPOST, "--version"),
            "--help": (MILEPOST, "--help"),
            "plugin list": (MILEPOST, "plugin", "list"),
            **{name: (MILEPOST, noun, "list") for name, (noun, _) in lists.items()},
        }
        taken = medians(commands, scale.rounds, folder, env, histories, clock)
    floor = taken.pop("F")
    for name, seconds in taken.items():
        sys.stdout.write(f"{name:<28} {seconds / floor:5.2f} F\n")
    few, many = (taken[f"operation list at {size}"] for size in scale.sizes)
    sys.stdout.write(f"operation list, {scale.sizes[1]} over {scale.sizes[0]}: {many / few:.2f}\n")


if __name__ == "__main__":
    main()
