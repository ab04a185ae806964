"""What the same costs with TinyDB as it comes: one JSON file, written whole by each insert, read whole at a start."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from filling import document
from lists import in_floors
from timing import Clock, seconds
from tinydb import TinyDB

LIST = """
from tinydb import TinyDB
with TinyDB({file!r}) as store:
    found = sorted(store.table("operation"), key=lambda each: each["started"], reverse=True)[:20]
assert found
"""


def fill(file: Path, size: int) -> None:
    """Write a file with that many documents, as TinyDB writes it."""
    file.write_text(json.dumps({"operation": {str(place + 1): document(place) for place in range(size)}}))


def tell(folder: Path, sizes: Sequence[int], floor: Callable[[], object], clock: Clock) -> None:
    """Print what inserts cost, over the floor taken in turns with them, and what a cold list of twenty does."""
    for size in sizes:
        file = folder / f"stock-{size}.json"
        fill(file, size)
        sys.stdout.write(
            f"TinyDB, insert at {size:>9,}: {_insert(file, size, floor):.0f} x (append 1 KB + fdatasync)\n"
        )
        ratio = in_floors({"nothing": "pass", "list": LIST.format(file=str(file))}, 5, clock)["list"]
        sys.stdout.write(f"TinyDB, latest 20 at {size:>9,}: {ratio:.1f} F\n")


def _insert(file: Path, size: int, floor: Callable[[], object]) -> float:
    """Return the median of some inserts, none of which reaches the disk for certain, over that of the floor."""
    floors, inserts = [], []
    with TinyDB(file) as store:
        table = store.table("operation")
        for place in range(5 if size >= 10_000 else 20):
            floors.append(seconds(floor))
            inserts.append(seconds(table.insert, document(size + place)))
    return statistics.median(inserts) / statistics.median(floors)
