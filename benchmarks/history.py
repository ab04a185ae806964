"""What the history costs, as ratios to floors of the same run: durable inserts, and lists from a cold start.

Beside it the same for TinyDB as it comes, to show why its file is not used.

python benchmarks/history.py            # up to 100,000 documents, some three minutes
python benchmarks/history.py --million  # lists of 1,000,000 too; it needs 2 GB of disk and some minutes more
python benchmarks/history.py --quick    # up to 1,000, to see that it works
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import lists
import stock
from filling import document, fill, opened
from timing import processor, seconds


class Scale(NamedTuple):
    """How much is measured."""

    sizes: tuple[int, ...]
    inserts: int
    starts: int


WHOLE = Scale((100, 1_000, 10_000, 100_000), 400, 15)
QUICK = Scale((100, 1_000), 20, 1)


@contextmanager
def appending(file: Path) -> Iterator[Callable[[], None]]:
    """Give the floor of inserts: a call that appends 1 KB to the file, and has it on the disk when it returns."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def floor() -> None:
        os.write(handle, b"x" * 1024)
        os.fdatasync(handle)

    yield floor
    os.close(handle)


def insert_times(folders: dict[int, Path], count: int, floor: Callable[[], None]) -> tuple[float, dict[int, float]]:
    """Return the medians of the floor, and of a durable insert by size; all take turns."""
    stores = {size: opened(folder) for size, folder in folders.items()}
    floors: list[float] = []
    inserts: dict[int, list[float]] = {size: [] for size in folders}
    for place in range(count):
        floors.append(seconds(floor))
        for size, store in stores.items():
            inserts[size].append(seconds(store.append, document(size + place)))
    for store in stores.values():
        store.close()
    return statistics.median(floors), {size: statistics.median(each) for size, each in inserts.items()}


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--million", action="store_true", help="lists of a million documents too")
    parser.add_argument("--folder", help="a folder on the disk to measure; a temporary one when not given")
    parser.add_argument("--processor", action="store_true", help="of commands, the processor time: on a busy machine")
    given = parser.parse_args()
    clock = processor if given.processor else time.perf_counter
    scale = QUICK if given.quick else WHOLE
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        folders = {size: Path(scratch) / str(size) for size in scale.sizes}
        for size, folder in folders.items():
            fill(folder, size)
        with appending(Path(scratch) / "floor") as floor:
            tell_inserts(*insert_times(folders, scale.inserts, floor))
            stock.tell(Path(scratch), scale.sizes[:3], floor, clock)
        if given.million:
            folders[1_000_000] = Path(scratch) / "million"
            took = seconds(fill, folders[1_000_000], 1_000_000)
            sys.stdout.write(f"filled with 1,000,000 documents in {took:.0f} s\n")
        listed = {size: folders[size] for size in sorted({1_000, *list(folders)[3:]})}
        lists.tell("operation list", lists.of_command(listed, scale.starts, Path(scratch), clock))
        lists.tell(
            "the store alone", {size: lists.of_store(each, scale.starts, clock) for size, each in listed.items()}
        )


def tell_inserts(floor: float, inserts: dict[int, float]) -> None:
    """Print what inserts cost."""
    for size, median in inserts.items():
        sys.stdout.write(f"insert at {size:>9,}: {median / floor:.2f} x (append 1 KB + fdatasync)\n")
    first, last = min(inserts), max(inserts)
    sys.stdout.write(f"insert at {last:,} over insert at {first:,}: {inserts[last] / inserts[first]:.2f}\n")


if __name__ == "__main__":
    main()
