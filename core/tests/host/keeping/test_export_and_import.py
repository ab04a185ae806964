"""Export as lines that any tool reads, and import of them: again and again, elsewhere, damaged, in part."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.tests.host.keeping.shop import NOON, Shop, contents, exported, ids
from milepost.host.history.journal import History
from milepost.host.keeping.export import Amount, Choice, export, new_file
from milepost.host.keeping.importing import bring
from milepost.host.keeping.retention import Wish, prune
from milepost.host.project.keep import Keep, Rule
from milepost.sdk.errors import HistoryError, UsageError
from milepost.sdk.store import HistoryStore

Open = Callable[..., HistoryStore]


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file as values."""
    return [json.loads(each) for each in path.read_text().splitlines()]


def test_an_export_is_json_lines_with_each_run_before_what_it_did(shop: Shop, tmp_path: Path) -> None:
    written = lines(exported(shop.store, tmp_path / "x.jsonl"))
    first, *body, last = written
    assert (first["kind"], first["format"], first["store"]) == ("history", 1, "01MINE")
    assert last == {"kind": "end", "runs": 5, "operations": 11, "lines": 11}
    assert [each["kind"] for each in body[:4]] == ["run", "operation", "output", "operation"]
    assert [each["number"] for each in body if each["kind"] == "run"] == [1, 2, 3, 4, 5]
    assert [each for each in body if each["kind"] == "run"] == shop.store.latest("run", {}, oldest=True)


def test_what_two_runs_did_at_once_comes_back_in_the_order_in_which_it_happened(opened: Open, tmp_path: Path) -> None:
    shop, other = Shop(opened("01MINE")), opened("01MINE")
    first = shop.begin("up")
    second = shop.begin("up")
    for run, stage in ((first, "build"), (second, "build"), (second, "release"), (first, "release")):
        shop.operate(run, stage)
    bring(other, exported(shop.store, tmp_path / "x.jsonl"))
    assert [each["run"] for each in other.latest("operation", {"stage": "release"})] == [first["id"], second["id"]]
    assert contents(other) == contents(shop.store)


def test_an_export_can_be_of_some_runs_and_without_output(shop: Shop) -> None:
    out = io.StringIO()
    amount = export(shop.store, out, NOON, Choice({"workspace": "staging"}, output=False))
    assert amount == Amount(1, 1, 0)
    since = export(shop.store, io.StringIO(), NOON, Choice({"since": shop.now.isoformat()}))
    assert (since.runs, since.operations) == (1, 1)


def test_an_export_overwrites_nothing_and_leaves_no_half_file(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("mine")
    with pytest.raises(HistoryError, match="is there already"), new_file(path):
        pytest.fail("it must not be opened")
    assert path.read_text() == "mine"
    with pytest.raises(ZeroDivisionError), new_file(tmp_path / "y.jsonl") as file:
        file.write(str(1 // 0))
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_file()) == ["x.jsonl"]


def test_an_import_into_an_empty_store_of_the_same_id_is_the_same_history(
    shop: Shop, opened: Open, tmp_path: Path
) -> None:
    other = opened("01MINE")
    done = bring(other, exported(shop.store, tmp_path / "x.jsonl"))
    assert (done.name, done.new, done.known) == (None, Amount(5, 11, 11), 0)
    assert contents(other) == contents(shop.store)
    assert Shop(other, prefix="09").build()["number"] == 6


def test_importing_again_changes_nothing(shop: Shop, opened: Open, tmp_path: Path) -> None:
    other, path = opened("01OTHER"), exported(shop.store, tmp_path / "x.jsonl")
    bring(other, path, name="laptop")
    before = contents(other)
    done = bring(other, path, name="laptop")
    assert (done.new.runs, done.new.operations, done.known) == (0, 0, 16)
    assert contents(other) == before


def test_runs_of_another_store_keep_their_numbers_under_its_name(shop: Shop, opened: Open, tmp_path: Path) -> None:
    other = Shop(opened("01OTHER"), prefix="02")
    other.up()
    bring(other.store, exported(shop.store, tmp_path / "x.jsonl"), name="laptop")
    numbered = [(each["number"], each.get("store")) for each in other.store.latest("run", {"number": 1})]
    assert sorted(numbered, key=str) == [(1, "laptop"), (1, None)]
    assert other.up()["number"] == 2


def test_without_a_name_they_are_shown_with_the_machine_they_come_from(
    shop: Shop, opened: Open, tmp_path: Path
) -> None:
    path = exported(shop.store, tmp_path / "x.jsonl")
    text = path.read_text().splitlines()
    header = {**json.loads(text[0]), "host": "build box.example.org"}
    path.write_text("\n".join([json.dumps(header), *text[1:]]))
    assert bring(opened("01OTHER"), path).name == "build-box"
    with pytest.raises(UsageError, match="no name for a store"):
        bring(opened("01THIRD"), path, name="a/b")


def test_two_histories_merge_both_ways_and_nobody_takes_the_other_for_live(
    shop: Shop, opened: Open, tmp_path: Path
) -> None:
    other = Shop(opened("01OTHER"), prefix="02")
    other.stage(app="web")
    mine, theirs = exported(shop.store, tmp_path / "mine"), exported(other.store, tmp_path / "theirs")
    live = History(shop.store).live("web", "default")
    standing = [each.id for each in History(shop.store).deployments("web", "default")]
    bring(shop.store, theirs, name="theirs")
    bring(other.store, mine, name="mine")
    assert live is not None
    assert History(shop.store).live("web", "default") == live
    assert [each.id for each in History(shop.store).deployments("web", "default")] == standing
    assert History(other.store).live("web", "default") is None
    everything = [set(ids(each.latest("run", {}))) for each in (shop.store, other.store)]
    assert everything[0] == everything[1]
    assert len(everything[0]) == 6


def test_what_was_pruned_comes_back_and_does_not_pass_for_the_newest(shop: Shop, tmp_path: Path) -> None:
    path, before = exported(shop.store, tmp_path / "x.jsonl"), contents(shop.store)
    for _ in range(4):
        shop.build()
    prune(shop.store, Wish(Keep(Rule(runs=1)), {}, shop.now))
    left = ids(shop.store.latest("run", {}))
    done = bring(shop.store, path)
    assert done.name is None
    assert done.new.runs == 9 - 3 - len(left)
    found = ids(shop.store.latest("run", {}))
    assert found[: len(left)] == left
    back = [each for each in found if each not in left]
    assert back == sorted(back, reverse=True)
    assert set(ids(before["run"])) <= set(found)


def test_one_that_went_on_elsewhere_counts_as_interrupted_until_a_later_export_says_more(
    opened: Open, tmp_path: Path
) -> None:
    theirs, mine = Shop(opened("01THEIRS")), opened("01MINE")
    run = theirs.running()
    bring(mine, exported(theirs.store, tmp_path / "early"), name="ci")
    found = mine.get(run["id"])
    assert found is not None
    assert (found["status"], found["ended"]) == ("interrupted", NOON.isoformat())
    theirs.store.amend([{**run, "status": "success", "ended": theirs.now.isoformat()}])
    done = bring(mine, exported(theirs.store, tmp_path / "late"), name="ci")
    found = mine.get(run["id"])
    assert found is not None
    assert (found["status"], found["store"], done.ended) == ("success", "ci", 1)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"kind": "history", "format": 2}, "format 2; this milepost knows up to 1"),
        ({"kind": "run"}, "is not an export of a history"),
        ({"kind": "history", "format": 1, "project": "other", "origin": "elsewhere"}, "of the project 'other'"),
    ],
)
def test_what_is_no_export_of_this_project_is_refused(
    opened: Open, tmp_path: Path, header: dict[str, Any], message: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(header) + '\n{"kind":"end","runs":0,"operations":0,"lines":0}\n')
    with pytest.raises(HistoryError, match=message):
        bring(opened("01MINE"), path)


def test_a_number_that_another_run_has_is_refused_before_anything_is_imported(
    shop: Shop, opened: Open, tmp_path: Path
) -> None:
    other = Shop(opened("01MINE"), prefix="02")
    other.up()
    path = exported(shop.store, tmp_path / "x.jsonl")
    with pytest.raises(HistoryError, match="#1 is another run here") as caught:
        bring(other.store, path)
    assert "--as NAME" in caught.value.hint
    assert len(other.store.latest("run", {})) == 1
    assert bring(other.store, path, name="before").new.runs == 5


def test_an_import_that_was_cut_off_is_finished_by_doing_it_again(shop: Shop, opened: Open, tmp_path: Path) -> None:
    path, other = exported(shop.store, tmp_path / "x.jsonl"), opened("01MINE")
    other.admit([*reversed(shop.store.latest("run", {}))][:2])
    bring(other, path)
    assert contents(other)["output"] == contents(shop.store)["output"]
    assert ids(other.latest("run", {})) == ids(shop.store.latest("run", {}))


def test_an_export_reads_whole_pages_while_others_write(tmp_path: Path, opened: Open) -> None:
    shop = Shop(opened("01MINE"), output=False)
    for _ in range(120):
        shop.build()
    writer = Shop(shop.store, prefix="05", output=False)

    class Busy(io.StringIO):
        """A file during whose writing somebody begins runs."""

        def write(self, text: str) -> int:
            if '"number":40' in text:
                writer.build()
            return super().write(text)

    out = Busy()
    amount = export(shop.store, out, NOON)
    path = tmp_path / "x.jsonl"
    path.write_text(out.getvalue())
    assert amount.runs >= 120
    assert bring(opened("01OTHER"), path, name="x").new.runs == amount.runs


def test_nothing_but_its_owner_reads_an_export(shop: Shop, tmp_path: Path) -> None:
    assert exported(shop.store, tmp_path / "x.jsonl").stat().st_mode & 0o777 == 0o600
    shutil.rmtree(tmp_path / "store-0", ignore_errors=True)


def test_a_list_of_records_is_as_long_as_asked_without_those_of_other_stores(opened: Open, tmp_path: Path) -> None:
    mine, theirs = Shop(opened("01MINE")), Shop(opened("01THEIRS"), prefix="02")
    for _ in range(3):
        mine.build()
        theirs.build()
    bring(mine.store, exported(theirs.store, tmp_path / "x.jsonl"), name="ci")
    history = History(mine.store)
    assert [each.number for each in history.runs(limit=2)] == [3, 2]
    assert [each.id[:2] for each in history.operations({"stage": "build"}, limit=3)] == ["01", "01", "01"]
    assert [each.id[:2] for each in history.runs({"store": "ci"})] == ["02", "02", "02"]
    their_run = mine.store.latest("run", {"store": "ci"}, 1)[0]
    assert len(history.operations({"run": their_run["id"]})) == 1
