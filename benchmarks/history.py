"""What the history costs, as ratios to floors of the same run: durable inserts, and lists from a cold start.

python benchmarks/history.py            # up to 100,000 documents, some two minutes
python benchmarks/history.py --million  # lists of 1,000,000 too; it needs 2 GB of disk and some minutes more
python benchmarks/history.py --quick    # up to 1,000, to see that it works
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from milepost.host.history import numbering, schema
from milepost.host.history.sqlite import FILE, SqliteStore
from milepost.sdk.store import Opening

STAGES = ("build", "push", "deploy", "release")
APPS = ("web", "api", "worker", "site")
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
PAGE = """
from datetime import UTC, datetime
from pathlib import Path
from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.store import Opening
opening = Opening("shop", "example.org/shop", "", new_id=str, now=lambda: datetime.now(UTC), create=False)
store = SqliteStore.open(Path({folder!r}), opening)
assert len(store.latest({kind!r}, {where!r}, limit=20)) <= 20
"""
QUESTIONS: dict[str, tuple[str, dict[str, object]]] = {
    "plain": ("operation", {}),
    "runs": ("run", {}),
    "workspace": ("operation", {"workspace": "staging"}),
    "app and workspace": ("operation", {"app": "web", "workspace": "default", "stage": "deploy"}),
    "stage": ("operation", {"stage": ("deploy", "release")}),
    "status": ("operation", {"status": ("error", "interrupted")}),
    "presence": ("operation", {"presence": ("staged", "parked")}),
    "user": ("operation", {"user": "user7"}),
    "commit": ("operation", {"commit": "000010"}),
    "label": ("operation", {"label": "team=team3"}),
    "number": ("operation", {"number": 17}),
    "since": ("operation", {"since": "2024-01-01T02:00:00Z", "app": "web"}),
    "until, long ago": ("operation", {"until": "2024-01-01T02:00:00Z"}),
    "nobody has it: user": ("operation", {"user": "nobody"}),
    "nobody has it: status": ("operation", {"status": "refused"}),
    "nobody has it: label": ("operation", {"label": "team=none"}),
}


class Scale(NamedTuple):
    """How much is measured."""

    sizes: tuple[int, ...]
    inserts: int
    starts: int


WHOLE = Scale((100, 1_000, 10_000, 100_000), 400, 15)
QUICK = Scale((100, 1_000), 20, 2)


def document(place: int) -> dict[str, object]:
    """Return the operation of that place in a long history, or its run: about 1 KB of JSON."""
    number, part = divmod(place, len(STAGES) + 1)
    both = {
        "number": number + 1,
        "project": "shop",
        "started": (BEGAN + timedelta(seconds=10 * place)).isoformat(),
        "workspace": "default" if number % 5 else "staging",
        "status": "success" if place % 19 else "error",
        "user": f"user{number % 10}",
        "source": {"folder": "/srv/shop", "commit": f"{number:06x}{'c' * 34}"},
        "labels": {"team": f"team{number % 7}"},
        "state": {"padding": "x" * 700},
    }
    run = f"01{number:023}R"
    if part == 0:
        return {"id": run, "kind": "run", "verb": "up", **both}
    stage = STAGES[part - 1]
    presence = ("destroyed" if number % 50 else "parked") if stage == "deploy" else None
    more = {"run": run, "app": APPS[number % len(APPS)], "stage": stage, "label": stage, "presence": presence}
    return {"id": f"01{place:024}", "kind": "operation", **both, **more}


def opened(folder: Path) -> SqliteStore:
    """Return the store of the folder."""
    return SqliteStore.open(
        folder, Opening("shop", "example.org/shop", "", new_id=lambda: "benchmark", now=lambda: datetime.now(UTC))
    )


def fill(folder: Path, size: int) -> None:
    """Bring a store to that many documents at once; how they came to it changes no figure."""
    opened(folder).close()
    connection = sqlite3.connect(folder / FILE, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -200000")
    connection.execute("BEGIN")
    for place in range(size):
        each = document(place)
        schema.put(connection, each)
        numbering.reserve(connection, each)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
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
            inserts[size].append(seconds(store.append, document(size + place)))
    os.close(handle)
    for store in stores.values():
        store.close()
    return statistics.median(floors), {size: statistics.median(each) for size, each in inserts.items()}


def start(code: str) -> None:
    """Run the code in a new process."""
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


def cold_ratios(folder: Path, count: int) -> dict[str, float]:
    """Return what a new process that lists twenty takes, in starts of a Python that does nothing."""
    codes = {"nothing": "pass"}
    for name, (kind, where) in QUESTIONS.items():
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
    parser.add_argument("--million", action="store_true", help="lists of a million documents too")
    parser.add_argument("--folder", help="a folder on the disk to measure; a temporary one when not given")
    given = parser.parse_args()
    scale = QUICK if given.quick else WHOLE
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        folders = {size: Path(scratch) / str(size) for size in scale.sizes}
        for size, folder in folders.items():
            fill(folder, size)
        tell_inserts(*insert_times(folders, scale.inserts))
        if given.million:
            folders[1_000_000] = Path(scratch) / "million"
            took = seconds(fill, folders[1_000_000], 1_000_000)
            sys.stdout.write(f"filled with 1,000,000 documents in {took:.0f} s\n")
        tell_lists({size: cold_ratios(folders[size], scale.starts) for size in sorted({1_000, *list(folders)[3:]})})


def tell_inserts(floor: float, inserts: dict[int, float]) -> None:
    """Print what inserts cost."""
    for size, median in inserts.items():
        sys.stdout.write(f"insert at {size:>9,}: {median / floor:.2f} x (append 1 KB + fdatasync)\n")
    first, last = min(inserts), max(inserts)
    sys.stdout.write(f"insert at {last:,} over insert at {first:,}: {inserts[last] / inserts[first]:.2f}\n")


def tell_lists(cold: dict[int, dict[str, float]]) -> None:
    """Print what lists cost: in starts of a Python that does nothing, and over the plain list of the same size."""
    for size, ratios in cold.items():
        for name, ratio in ratios.items():
            over = ratio / ratios["plain"]
            sys.stdout.write(f"latest 20 at {size:>9,}, {name:<22}: {ratio:.2f} F, {over:.2f} x plain\n")


if __name__ == "__main__":
    main()
