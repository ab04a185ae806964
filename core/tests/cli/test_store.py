"""The commands that look after the history: what they do, say and refuse."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.tests.host.keeping.shop import NOON, Shop, contents
from milepost.cli.flags import Flags
from milepost.cli.session import Session
from milepost.cli.start import run
from milepost.cli.surroundings import Surroundings
from milepost.cli.tidying import tidy
from milepost.host.assembly import open_host
from milepost.sdk.store import HistoryStore

FILE = 'project = "shop"\n\napp "web" {\n  deploy {\n    use "fake" {}\n  }\n}\n'
LIMITS = "history {\n  keep {\n    runs = 2\n  }\n}\n"
LATER = NOON + timedelta(days=60)


@dataclass
class Said:
    """How a command line ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The document on standard output."""
        return dict(json.loads(self.out))


@dataclass
class Desk:
    """A project on a machine, and somebody who types."""

    folder: Path
    environment: dict[str, str]
    now: datetime = LATER

    def surroundings(self, typed: str = "") -> Surroundings:
        """Return the world of one command line."""
        return Surroundings(
            environment=self.environment,
            folder=self.folder,
            out=io.StringIO(),
            err=io.StringIO(),
            input=io.StringIO(typed),
            open_host=open_host,
            now=lambda: self.now,
        )

    def __call__(self, *words: str, typed: str = "") -> Said:
        """Carry out a command line."""
        world = self.surroundings(typed)
        status = run(list(words), world)
        assert isinstance(world.out, io.StringIO)
        assert isinstance(world.err, io.StringIO)
        return Said(status, world.out.getvalue(), world.err.getvalue())

    def store(self, **environment: str) -> HistoryStore:
        """Return the project's history, opened."""
        return open_host(self.folder, {**self.environment, **environment}).writable_store()

    def numbers(self) -> list[int]:
        """Return the numbers of the runs that are there."""
        store = self.store()
        found = [each["number"] for each in store.latest("run", {}, oldest=True)]
        store.close()
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A project with six runs: the newest release needs the one before."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "milepost.hcl").write_text(FILE)
    desk = Desk(folder, {"MILEPOST_STATE": str(tmp_path / "state")})
    store = desk.store()
    shop = Shop(store)
    for _ in range(3):
        shop.up()
    for _ in range(3):
        shop.build()
    store.close()
    return desk


def limit(desk: Desk, text: str = LIMITS) -> None:
    """Have the project file limit what is kept."""
    (desk.folder / "milepost.hcl").write_text(FILE + text)


def test_prune_says_what_would_go_and_removes_it_when_told(desk: Desk) -> None:
    limit(desk)
    said = desk("store", "prune")
    assert said.out.splitlines()[1].split()[:4] == ["#1", "up", "default", "web"]
    assert "2 runs would be removed" in said.out
    assert "2 older runs stay: something rests upon what they did" in said.out
    assert "store prune --yes" in said.out
    assert desk.numbers() == [1, 2, 3, 4, 5, 6]
    done = desk("store", "prune", "--yes", "--json").document
    assert (done["kind"], done["done"], [each["number"] for each in done["runs"]]) == ("store-prune", True, [1, 4])
    assert desk.numbers() == [2, 3, 5, 6]


def test_prune_goes_by_flags_where_the_file_says_nothing(desk: Desk) -> None:
    refused = desk("store", "prune")
    assert (refused.status, "keep { runs = 1000 }" in refused.err) == (2, True)
    said = desk("store", "prune", "--runs", "3").out
    assert "1 run would be removed" in said
    assert "milepost store prune --runs 3 --yes" in said
    assert "output of 6 operations" in desk("store", "prune", "--output", "57d").out
    wrong = desk("store", "prune", "--age", "old")
    assert (wrong.status, "--age 'old' is no length of time" in wrong.err) == (2, True)


def test_a_run_that_succeeded_prunes_once_a_day(desk: Desk) -> None:
    limit(desk)

    def end_of_a_run(now: datetime) -> str:
        desk.now = now
        world = desk.surroundings()
        session = Session(Flags(folder=desk.folder), world, {})
        tidy(session)
        session.close()
        assert isinstance(world.err, io.StringIO)
        return world.err.getvalue()

    assert "2 runs" in end_of_a_run(LATER)
    store = desk.store()
    Shop(store, prefix="02").build()
    store.close()
    assert end_of_a_run(LATER + timedelta(hours=23)) == ""
    assert desk.numbers() == [2, 3, 5, 6, 7]
    assert "1 run" in end_of_a_run(LATER + timedelta(hours=25))
    assert desk.numbers() == [2, 3, 6, 7]


def test_without_limits_a_run_removes_nothing_and_notes_nothing(desk: Desk) -> None:
    session = Session(Flags(folder=desk.folder), desk.surroundings(), {})
    tidy(session)
    session.close()
    assert desk.numbers() == [1, 2, 3, 4, 5, 6]
    assert not (Path(desk.environment["MILEPOST_STATE"]) / "cache" / "pruned").exists()


def test_what_was_exported_comes_back_after_a_prune(desk: Desk) -> None:
    said = desk("store", "export", "history.jsonl")
    assert "exported 6 runs, 12 operations, 12 lines of output" in said.out
    desk("store", "prune", "--runs", "2", "--yes")
    back = desk("store", "import", "history.jsonl")
    assert back.out.splitlines()[0].startswith("imported 2 runs, 4 operations")
    assert desk.numbers() == [1, 4, 2, 3, 5, 6]
    assert desk("store", "verify").status == 0


def test_an_export_goes_to_standard_output_and_comes_from_standard_input(desk: Desk) -> None:
    said = desk("store", "export", "-", "--no-output", "--since", "2026-03-07")
    assert json.loads(said.out.splitlines()[0])["kind"] == "history"
    assert json.loads(said.out.splitlines()[-1]) == {"kind": "end", "runs": 3, "operations": 3, "lines": 0}
    done = desk("store", "import", "-", "--as", "laptop", "--json", typed=said.out)
    assert (done.document["name"], done.document["known"]) == ("laptop", 6)


def test_runs_of_another_machine_are_shown_with_its_name(desk: Desk, tmp_path: Path) -> None:
    desk("store", "export", str(tmp_path / "x.jsonl"))
    other = Desk(desk.folder, {"MILEPOST_STATE": str(tmp_path / "other")})
    assert "shown as #N@laptop" in other("store", "import", str(tmp_path / "x.jsonl"), "--as", "laptop").out
    assert "#6@laptop" in other("history").out
    assert "laptop" in other("store", "stats").out
    assert other("store", "verify").status == 0


def test_a_damaged_export_names_its_lines_and_changes_nothing(desk: Desk) -> None:
    (desk.folder / "x.jsonl").write_text(desk("store", "export", "-").out[:900])
    said = desk("store", "import", "x.jsonl")
    assert said.status == 1
    assert "the export was cut off" in said.err
    assert "--skip-broken" in said.err


def test_a_history_that_moved_is_found_where_it_went_and_refused_where_it_was(desk: Desk, tmp_path: Path) -> None:
    target = str(tmp_path / "new place")
    said = desk("store", "move", target)
    assert f"MILEPOST_HISTORY={target}" in said.out
    assert f'history {{ path = "{target}" }}' in said.out
    reading = desk("history")
    assert (reading.status, f"was moved to {target}" in reading.err, "#6" in reading.out) == (0, True, True)
    writing = desk("store", "import", "x")
    assert (writing.status, f"was moved to {target}" in writing.err) == (1, True)
    desk.environment["MILEPOST_HISTORY"] = target
    there = desk("history")
    assert (there.status, there.err, "#6" in there.out) == (0, "", True)


def test_a_history_in_the_projects_folder_is_pointed_at_and_moved(desk: Desk, tmp_path: Path) -> None:
    shutil.move(tmp_path / "state" / "projects" / "shop", desk.folder / ".milepost")
    assert "milepost store move --from .milepost" in desk("history").err
    assert desk("store", "move", "--from", ".milepost").status == 0
    said = desk("history")
    assert (said.err, "#6" in said.out) == ("", True)


def test_a_move_to_nowhere_is_refused(desk: Desk) -> None:
    assert desk("store", "move").status == 2
    there = desk("store", "move", str(Path(desk.environment["MILEPOST_STATE"]) / "projects" / "shop"))
    assert (there.status, "already" in there.err) == (1, True)
    assert desk.numbers() == [1, 2, 3, 4, 5, 6]


def test_a_damaged_history_is_said_to_be_and_repaired(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "state" / "projects" / "shop" / "history.sqlite"
    data = bytearray(path.read_bytes())
    place = data.index(b'{"id":"01000')
    data[place] = ord("[")
    path.write_bytes(data)
    said = desk("store", "verify", "--json")
    assert (said.status, said.document["sound"]) == (1, False)
    refused = desk("store", "repair")
    assert (refused.status, "--yes" in refused.err) == (5, True)
    done = desk("store", "repair", "--yes")
    assert "not saved: 1 record (a run or an operation) is lost, named by an index only: 01000" in done.out
    assert "the files as they were:" in done.out
    assert desk("store", "verify").status == 0


def test_a_history_that_was_emptied_is_damage_and_cannot_be_repaired(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "state" / "projects" / "shop" / "history.sqlite"
    path.write_bytes(b"")
    assert "was emptied" in desk("history").err
    said = desk("store", "verify")
    assert (said.status, "was emptied" in said.out, "backup" in said.out) == (1, True, True)
    repaired = desk("store", "repair", "--yes")
    assert (repaired.status, "nothing can be saved" in repaired.err) == (1, True)
    assert path.read_bytes() == b""


def test_a_file_that_is_no_database_any_more_is_damage_too(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "state" / "projects" / "shop" / "history.sqlite"
    path.write_bytes(b"x" * 4096 + path.read_bytes()[4096:])
    said = desk("store", "verify")
    assert (said.status, "milepost store repair" in said.out) == (1, True)
    assert desk("store", "repair", "--yes").status == 0
    assert desk.numbers() == [1, 2, 3, 4, 5, 6]


def test_a_backup_is_a_history_of_its_own(desk: Desk, tmp_path: Path) -> None:
    target = str(tmp_path / "backup")
    assert f"MILEPOST_HISTORY={target}" in desk("store", "backup", target).out
    stores = desk.store(), desk.store(MILEPOST_HISTORY=target)
    assert contents(stores[0]) == contents(stores[1])
    for each in stores:
        each.close()
    again = desk("store", "backup", target)
    assert (again.status, "there already" in again.err) == (1, True)


def test_stats_tell_how_much_there_is_and_how_it_grows(desk: Desk) -> None:
    said = desk("store", "stats").out
    assert "runs        6  (build 3, up 3)" in said
    assert "MB a month" in said
    document = desk("store", "stats", "--json").document
    assert (document["kind"], document["runs"], document["operations"]) == ("store-stats", 6, 12)
