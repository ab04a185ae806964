"""Two workers of one app do not overlap, unless that was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.journeys.place import Place, until
from tests.journeys.programs import WORKER, worker_project


class Entry(NamedTuple):
    """What a worker wrote into its diary."""

    at: float
    word: str
    version: str


def diary(root: Path) -> list[Entry]:
    """Return what the workers wrote, in order."""
    rows = [line.split() for line in (root / "diary").read_text().splitlines()]
    return [Entry(float(at), word, version) for at, word, version in rows]


def release(place: Place, strategy: str = "") -> None:
    """Release version one, then two, then go back to one; wait until the last one has begun."""
    place.write(milepost__hcl=worker_project(str(place.root / "diary"), strategy), worker__py=WORKER)
    for version in ("one", "two"):
        place.write(version__txt=version)
        place.up()
    place.json("rollback")
    until("the last worker's beginning", lambda: sum(each.word == "begins" for each in diary(place.root)) == 3)


def test_a_worker_begins_after_its_predecessor_has_ended_also_on_a_rollback(empty: Place) -> None:
    release(empty)
    assert [(each.word, each.version) for each in diary(empty.root)] == [
        ("begins", "one"),
        ("ends", "one"),
        ("begins", "two"),
        ("ends", "two"),
        ("begins", "one"),
    ]


def test_with_start_first_a_worker_begins_before_its_predecessor_ends(empty: Place) -> None:
    release(empty, "start-first")
    until("the end of the second", lambda: [each.word for each in diary(empty.root)].count("ends") == 2)
    assert [(each.word, each.version) for each in diary(empty.root)] == [
        ("begins", "one"),
        ("begins", "two"),
        ("ends", "one"),
        ("begins", "one"),
        ("ends", "two"),
    ]
