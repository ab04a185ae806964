"""What it costs to start, in starts of a Python that does nothing (F): version, help, and lists of a long history.

python benchmarks/startup.py            # 500 distributions, 1,000 and 100,000 operations
python benchmarks/startup.py --quick    # 20 distributions, 100 and 1,000 operations, to see that it works
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from history import fill
from timing import MILEPOST, NOTHING, medians, private

from milepost.testing.distribution import write_distribution

PROJECT = """
project = "shop"

app "web" {
  build {
    use "files" {}
  }
  deploy {
    use "local" {}
  }
}
"""


class Scale(NamedTuple):
    """How much is measured."""

    distributions: int
    sizes: tuple[int, int]
    rounds: int


WHOLE, QUICK = Scale(500, (1_000, 100_000), 21), Scale(20, (100, 1_000), 3)


def main() -> None:
    """Measure and tell."""
    scale = QUICK if "--quick" in sys.argv else WHOLE
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "milepost.hcl").write_text(PROJECT)
        (folder / ".git").mkdir()
        (folder / ".git" / "config").write_text('[remote "origin"]\n\turl = https://example.org/shop\n')
        for number in range(scale.distributions):
            points = {"console_scripts": {f"thing{number}": "thing:main"}}
            write_distribution(folder / "site", f"thing-{number}", "1.0", points)
        for size in scale.sizes:
            fill(folder / str(size), size)
        env = {**private(folder), "PYTHONPATH": str(folder / "site")}
        lists = {
            f"{noun} list at {size}": ("env", f"MILEPOST_HISTORY={folder / str(size)}", MILEPOST, noun, "list")
            for noun in ("operation", "deployment")
            for size in scale.sizes
        }
        commands = {
            "F": NOTHING,
            "--version": (MILEPOST, "--version"),
            "--help": (MILEPOST, "--help"),
            "plugin list": (MILEPOST, "plugin", "list"),
            **lists,
        }
        taken = medians(commands, scale.rounds, folder, env)
    floor = taken.pop("F")
    for name, seconds in taken.items():
        sys.stdout.write(f"{name:<28} {seconds / floor:5.2f} F\n")
    few, many = (taken[f"operation list at {size}"] for size in scale.sizes)
    sys.stdout.write(f"operation list, {scale.sizes[1]} over {scale.sizes[0]}: {many / few:.2f}\n")


if __name__ == "__main__":
    main()
