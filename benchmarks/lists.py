"""What a cold list of twenty costs, in starts of a Python that does nothing: the whole command, and the store alone."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from timing import MILEPOST, NOTHING, Clock, medians, private

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
FLAGS: dict[str, tuple[str, ...]] = {
    "plain": (),
    "workspace": ("-w", "staging"),
    "app, workspace, stage": ("--app", "web", "-w", "default", "--stage", "deploy"),
    "status": ("--status", "error"),
    "presence": ("--presence", "parked"),
    "user": ("--user", "user7"),
    "commit": ("--commit", "000010"),
    "label": ("--label", "team=team3"),
    "since, app": ("--since", "2024-01-01T02:00:00Z", "--app", "web"),
    "until, long ago": ("--until", "2024-01-01T02:00:00Z"),
    "nobody has it: user": ("--user", "nobody"),
    "nobody has it: label": ("--label", "team=none"),
}
"""What `milepost operation list` is asked."""


def make_project(folder: Path) -> None:
    """Make a project that the histories may belong to: a clone of a repository."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text('[remote "origin"]\n\turl = https://example.org/shop\n')
    (folder / "milepost.hcl").write_text(PROJECT)


def of_command(folders: Mapping[int, Path], count: int, scratch: Path, clock: Clock) -> dict[int, dict[str, float]]:
    """Return what `milepost operation list` takes by size of the history and by flags; all take turns."""
    project = scratch / "project"
    make_project(project)
    asked = {(size, name): flags for size in folders for name, flags in FLAGS.items()}
    commands = {str(key): (MILEPOST, "operation", "list", *flags) for key, flags in asked.items()}
    histories = {str(key): {"MILEPOST_HISTORY": str(folders[key[0]])} for key in asked}
    taken = medians({"nothing": NOTHING, **commands}, count, project, private(scratch), histories, clock)
    return {size: {name: taken[str((size, name))] / taken["nothing"] for name in FLAGS} for size in folders}


def of_store(folder: Path, count: int, clock: Clock) -> dict[str, float]:
    """Return what a new process takes that lists twenty by the store, and does nothing else."""
    codes = {"nothing": "pass"}
    for name, (kind, where) in QUESTIONS.items():
        codes[name] = PAGE.format(folder=str(folder), kind=kind, where=where)
    return in_floors(codes, count, clock)


def in_floors(codes: Mapping[str, str], count: int, clock: Clock) -> dict[str, float]:
    """Return what new processes take that run the codes, in turns, as ratios to the one that does nothing."""
    taken = medians(
        {name: (sys.executable, "-I", "-c", code) for name, code in codes.items()}, count, Path.cwd(), clock=clock
    )
    floor = taken.pop("nothing")
    return {name: each / floor for name, each in taken.items()}


def tell(what: str, cold: Mapping[int, Mapping[str, float]]) -> None:
    """Print what lists cost: in starts of a Python that does nothing, and over the plain list of the same size."""
    for size, ratios in cold.items():
        for name, ratio in ratios.items():
            over = ratio / ratios["plain"]
            sys.stdout.write(f"{what} at {size:>9,}, {name:<22}: {ratio:.2f} F, {over:.2f} x plain\n")
    few, many = min(cold), max(cold)
    over = cold[many]["plain"] / cold[few]["plain"]
    sys.stdout.write(f"{what}, plain at {many:,} over plain at {few:,}: {over:.2f}\n")
