"""Aimed kills of what is done to the store itself: pruned, moved, brought up; then it is done again."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.tests.host.history.older import FIELDS, make_old
from core.tests.host.keeping.shop import Shop, contents
from milepost.host.assembly import open_host
from milepost.testing.store import MemoryStore
from tests.journeys.aiming import WHEN, Aim
from tests.journeys.place import Place

WORKS = {
    "prune": (("store", "prune", "--runs", "2", "--yes"), 60),
    "move": (("store", "move", "projects/elsewhere"), 200),
    "migration": (("history",), 130),
}
"""The commands, and about how many writes each takes."""

RUNS = 12
STORE = "projects/shop"


def everything(place: Place, history: str = STORE) -> dict[str, Any]:
    """Return all that a history of a place has."""
    host = open_host(place.folder, {**place.environment, "MILEPOST_HISTORY": str(place.state / history)})
    try:
        return contents(host.store)
    finally:
        host.close()


def fill(place: Place, work: str) -> None:
    """Give a place a history that there is something to do with."""
    shutil.rmtree(place.state, ignore_errors=True)
    if work == "migration":
        shop = Shop(MemoryStore("store-0"))
        _make_runs(shop)
        _write_as_before(place, [*shop.store.latest("run", {}), *shop.store.latest("operation", {})])
        return
    host = open_host(place.folder, place.environment)
    _make_runs(Shop(host.writable_store()))
    host.close()


def _make_runs(shop: Shop) -> None:
    for _ in range(RUNS):
        shop.up()


def _write_as_before(place: Place, documents: list[dict[str, Any]]) -> None:
    """Write documents in a file of schema 1, in their order, without what is newer."""
    (place.state / "projects").mkdir(parents=True)
    make_old(place.state / STORE, 0)
    with closing(sqlite3.connect(place.state / STORE / "history.sqlite")) as connection:
        for each in sorted(documents, key=lambda each: str(each["id"])):
            older = {name: value for name, value in each.items() if name != "sequence"}
            connection.execute(
                f"INSERT INTO document (id, kind, {', '.join(FIELDS)}, body) VALUES (?, ?{', ?' * len(FIELDS)}, ?)",
                (older["id"], older["kind"], *map(older.get, FIELDS), json.dumps(older)),
            )
        connection.execute("UPDATE fact SET value = ? WHERE name = 'origin'", (f"path:{place.folder}",))
        connection.execute("UPDATE fact SET value = ? WHERE name = 'number'", (RUNS,))
        connection.commit()


@dataclass
class KeepingCampaign:
    """Kills at writes, the same ones for the same seed."""

    aim: Aim
    seed: int
    told: list[str] = field(default_factory=list)
    """What was done, for whoever has to find out why it went wrong."""
    _wanted: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each work makes of the history when nobody dies."""

    def wage(self, count: int, works: Sequence[str] = tuple(WORKS)) -> None:
        """Kill `count` times, each work as often as the others."""
        chance = random.Random(self.seed)
        for work in works:
            fill(self.aim.place, work)
            shutil.copytree(self.aim.place.state, self._filled(work), dirs_exist_ok=True)
            self._do(self.aim.at(), work)
            self._wanted[work] = everything(self.aim.place, self._ends_in(work))
            self.told = []
        for number in range(count):
            work, when = works[number % len(works)], WHEN[number // len(works) % len(WHEN)]
            try:
                self.strike(number, work, chance.randint(1, WORKS[work][1]), when)
            except BaseException as error:
                error.add_note("\n".join(self.told[-3:]))
                raise
        # What these histories tell of never was.
        shutil.rmtree(self.aim.place.state)

    def strike(self, number: int, work: str, write: int, when: str) -> None:
        """Have the work die at a write, see that nothing it must not remove is gone, and do it again."""
        place = self.aim.place
        shutil.rmtree(place.state)
        shutil.copytree(self._filled(work), place.state)
        self.told.append(f"kill {number} of seed {self.seed}: {when} write {write} of {work}")
        answer = self._ask(self.aim.at(write, when), work)
        self.told[-1] += f": {self.aim.hit or 'not reached'}, ended with {answer}"
        if work != "migration":
            # The first reader brings it up, also in the midst of things; so this would leave nothing to do again.
            self._check_sound(place, work)
        self._do(place, work)
        assert everything(place, self._ends_in(work)) == self._wanted[work]
        assert place.having(MILEPOST_HISTORY=str(place.state / self._ends_in(work))).json("store", "verify")["sound"]

    def _check_sound(self, place: Place, work: str) -> None:
        """See that what is left by the death is sound, and has all that is to stay."""
        verification = place.json("store", "verify")
        assert verification["sound"], verification
        left = everything(place)
        for kind in ("run", "operation"):
            there = {each["id"]: each for each in left[kind]}
            for each in self._wanted[work][kind]:
                assert there.get(each["id"]) == each

    def _do(self, place: Place, work: str) -> None:
        """Do the work to its end; a move that had reached it already says so."""
        answer = place.ask(*self._words(work))
        assert answer.status == 0 or (work == "move" and "was moved to" in answer.err), answer

    def _ask(self, place: Place, work: str) -> int:
        """Do the work until death, and return how it ended."""
        with place.start(*self._words(work)) as process:
            process.communicate()
        return process.returncode

    def _words(self, work: str) -> tuple[str, ...]:
        """Return the command line."""
        return tuple(str(self.aim.place.state / each) if "/" in each else each for each in WORKS[work][0])

    def _filled(self, work: str) -> Path:
        """Return the state folder as it is before the work."""
        return self.aim.place.root / f"filled-{work}"

    @staticmethod
    def _ends_in(work: str) -> str:
        """Return where the history is when the work is done."""
        return "projects/elsewhere" if work == "move" else STORE
