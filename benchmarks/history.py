"""What the history costs, as ratios to floors of the same run: durable inserts, and lists from a cold start.

python benchmarks/history.py            # up to 100,000 documents, about a minute
python benchmarks/history.py --quick    # up to 1,000, to see that it works
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from milepost.host.history import lists
from milepost.host.history.sqlite import FILE, SqliteStore

STAGES = ("build", "push", "deploy", "release")
APPS = ("web", "api", "worker", "site")
PAGE = """
from datetime import UTC, datetime
from pathlib import Path
from milepost.host.history.sqlite import SqliteStore
store = SqliteStore.open(
    Path({folder!r}), "shop", "example.org/shop", new_id=str, now=lambda: datetime.now(UTC), create=False
)
assert len(store.latest({kind!r}, {where!r}, limit=20)) == 20
"""


class Scale(NamedTuple):
    """How much is measured."""

    sizes: tuple[int, ...]
    inserts: int
    starts: int


WHOLE = Scale((100, 1_000, 10_000, 100_000), 400, 25)
QUICK = Scale((100, 1_000), 20, 3)


def document(place: int) -> dict[str, object]:
    """Return the operation of that place in a long history: about 1 KB of JSON."""
    run, stage = divmod(place, len(STAGES))
    return {
        "id": f"01{place:024}",
        "kind": "operation",
        "run": "R",
        "number": run + 1,
        "project": "shop",
        "label": STAGES[stage],
        "started": "2026-01-02T03:04:05Z",
        "workspace": "default" if run % 5 else "staging",
        "app": APPS[run % len(APPS)],
        "stage": STAGES[stage],
        "status": "success",
        "presence": "destroyed" if STAGES[stage] == "deploy" else None,
        "state": {"padding": "x" * 800},
    }


def opened(folder: Path) -> SqliteStore:
    """Return the store of the folder."""
    return SqliteStore.open(
        folder, "shop", "example.org/shop", new_id=lambda: "benchmark", now=lambda: datetime.now(UTC)
    )


def fill(folder: Path, size: int) -> None:
    """Bring a store to that many documents at once; how it came to them changes no figure."""
    store = opened(folder)
    store.append({"id": "R", "kind": "run", "workspace": "default", "status": "success"})
    store.close()
    connection = sqlite3.connect(folder / FILE)
    names = ("id", "kind", *lists.FIELDS)
    start = connection.execute("SELECT count(*) FROM document").fetchone()[0] - 1
    connection.executemany(
        f"INSERT INTO document ({', '.join(names)}, body) VALUES ({', '.join('?' * len(names))}, ?)",  # noqa: S608  names of our own
        ([*map(each.get, names), json.dumps(each)] for each in map(document, range(start, size))),
    )
    connection.commit()
    connection.close()


def seconds(work: Callable[..., object], *arguments: object) -> float:
    """Return how long the call took."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def insert_times(folders: dict[int, Path], count: int) -> tuple[float, dict[int, float]]:
    """Return the medians of appending 1 KB with fdatasync, and of a durable insert by size; all take turns."""
    stores = {size: opened(folder) for size, folder in folders.items()}
    handle = os.open(folders[min(folders)] / "floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def floor() -> None:
        os.write(handle, b"x" * 1024)
        os.fdatasync(handle)

    floors: list[float] = []
    inserts: dict[int, list[float]] = {size: [] for size in folders}
    for place in range(count):
        floors.append(seconds(floor))
        for size, store in stores.items():
            each = {**document(size + place), "id": f"02{place:024}"}
            inserts[size].append(seconds(store.append, each))
    os.close(handle)
    for store in stores.values():
        store.close()
    return statistics.median(floors), {size: statistics.median(each) for size, each in inserts.items()}


def start(code: str) -> None:
    """Run the code in a new process."""
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


def cold_ratios(folder: Path, count: int) -> dict[str, float]:
    """Return what a new process that lists the newest twenty takes, in starts of a Python that does nothing."""
    codes = {"nothing": "pass"}
    questions = {
        "runs or operations": ("operation", {}),
        "of a workspace": ("operation", {"workspace": "staging"}),
        "deploys of an app": ("operation", {"app": "web", "workspace": "default", "stage": "deploy"}),
    }
    for name, (kind, where) in questions.items():
        codes[name] = PAGE.format(folder=str(folder), kind=kind, where=where)
    taken: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(count):
        for name, code in codes.items():
            taken[name].append(seconds(start, code))
    floor = statistics.median(taken.pop("nothing"))
    return {name: statistics.median(each) / floor for name, each in taken.items()}


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--folder", help="a folder on the disk to measure; a temporary one when not given")
    given = parser.parse_args()
    scale = QUICK if given.quick else WHOLE
    tell = sys.stdout.write
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        folders = {size: Path(scratch) / str(size) for size in scale.sizes}
        for size, folder in folders.items():
            fill(folder, size)
        floor, inserts = insert_times(folders, scale.inserts)
        for size, median in inserts.items():
            tell(f"insert at {size:>7}: {median / floor:.2f} x (append 1 KB + fdatasync)\n")
        first, last = scale.sizes[0], scale.sizes[-1]
        tell(f"insert at {last} over insert at {first}: {inserts[last] / inserts[first]:.2f}\n")
        cold = {size: cold_ratios(folders[size], scale.starts) for size in sorted({1_000, last})}
        for size, ratios in cold.items():
            for name, ratio in ratios.items():
                tell(f"latest 20 {name} at {size:>7}: {ratio:.2f} F (python -I -c pass)\n")


if __name__ == "__main__":
    main()
