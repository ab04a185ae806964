"""What docker costs through milepost, as ratios to the docker command line doing the same in the same run.

python -m benchmarks.docker                # an engine of its own is started and removed; some minutes, 20 GB of disk
python -m benchmarks.docker --quick        # small contexts and few rounds, to see that it works
python -m benchmarks.docker --only up logs # some of: up, rebuild, status, logs, memory
python -m benchmarks.docker --current      # with the current dockerd instead of Debian's
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

from benchmarks.docker_builds import memory, rebuild
from benchmarks.docker_place import Figures, Place, place
from benchmarks.docker_runs import logs, status, up


class Scale(NamedTuple):
    """How much is measured."""

    rounds: int
    apps: int
    lines: int
    context: int
    """Megabytes of the context that is built again."""
    contexts: tuple[int, int]
    """Megabytes of the two contexts whose memory is compared."""
    work: int
    """Lines that a step of a build counts: 9,000,000 take some seconds; 0: there is no such build."""


WHOLE = Scale(7, 50, 200, 500, (50, 5_000), 9_000_000)
QUICK = Scale(1, 2, 10, 2, (1, 4), 0)

Measure = Callable[[Place, Scale], Figures]


def parts() -> Mapping[str, Measure]:
    """Return what can be measured, by name."""
    return {
        "up": lambda here, scale: (
            up(here, scale.rounds) + (up(here, min(3, scale.rounds), work=scale.work) if scale.work else [])
        ),
        "rebuild": lambda here, scale: rebuild(here, scale.context, min(3, scale.rounds)),
        "status": lambda here, scale: status(here, scale.apps, 2 * scale.rounds),
        "logs": lambda here, scale: logs(here, scale.lines),
        "memory": lambda here, scale: (
            memory(here, scale.contexts, buildkit=True) + memory(here, scale.contexts, buildkit=False)
        ),
    }


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--current", action="store_true", help="the current dockerd")
    parser.add_argument("--only", nargs="+", choices=parts(), default=list(parts()), help="what is measured")
    given = parser.parse_args()
    with place(current=given.current) as here:
        sys.stdout.write(
            f"dockerd {here.engine.version}; of this machine's load, {os.getloadavg()[0]:.1f} is others'\n"
        )
        for name in given.only:
            for what, figure in parts()[name](here, QUICK if given.quick else WHOLE):
                sys.stdout.write(f"{what:<76} {figure:8.3f}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
