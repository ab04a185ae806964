"""A history that goes to another place: whole, compared, found again, and never written in two places."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.tests.host.keeping.shop import NOON, Shop, contents
from milepost.host.history.sqlite import SqliteStore
from milepost.host.keeping.export import Amount
from milepost.host.keeping.moving import Move, demand_history, move
from milepost.host.keeping.pointer import FILE, Pointer, left_behind, moved, point, refuse_moved
from milepost.sdk.errors import HistoryError, LockedError
from milepost.sdk.store import HistoryStore, Opening
from milepost.testing.store import MemoryStore

Open = Callable[..., SqliteStore]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Open a store in a folder of that name."""
    stores: list[SqliteStore] = []

    def open_one(name: str, id: str = "01MINE") -> SqliteStore:
        stores.append(
            SqliteStore.open(tmp_path / name, Opening("shop", "path:/s", "", new_id=lambda: id, now=lambda: NOON))
        )
        return stores[-1]

    yield open_one
    for each in stores:
        each.close()


@pytest.fixture
def old(opened: Open) -> SqliteStore:
    """A history with a few runs."""
    store = opened("old")
    shop = Shop(store)
    for _ in range(3):
        shop.up()
    shop.build()
    return store


def test_all_of_it_arrives_and_numbers_go_on(old: SqliteStore, opened: Open, tmp_path: Path) -> None:
    new = opened("new")
    assert move(Move(old, new, tmp_path / "old"), NOON) == Amount(4, 10, 10)
    assert contents(new) == contents(old)
    assert new.id == old.id
    after = Shop(new, prefix="02").up()
    assert after["number"] == 5
    assert new.latest("operation", {"run": after["id"], "stage": "build"})[0]["sequence"] == 5


def test_the_old_place_says_where_it_went_and_refuses_to_be_written(
    old: SqliteStore, opened: Open, tmp_path: Path
) -> None:
    refuse_moved(tmp_path / "old")
    move(Move(old, opened("new"), tmp_path / "old"), NOON)
    assert moved(tmp_path / "old") == Pointer(str(tmp_path / "new"), NOON.isoformat(), done=True)
    with pytest.raises(HistoryError, match="was moved to") as caught:
        refuse_moved(tmp_path / "old")
    assert "MILEPOST_HISTORY" in caught.value.hint


def test_nothing_is_moved_while_a_run_goes_on(old: SqliteStore, opened: Open, tmp_path: Path) -> None:
    lock, new = old.lock("run/01"), opened("new")
    assert lock.acquire({"user": "ada", "host": "box", "run": 7, "verb": "up"})
    with pytest.raises(LockedError, match="ada@box"):
        move(Move(old, new, tmp_path / "old"), NOON)
    assert moved(tmp_path / "old") is None
    assert new.latest("run", {}) == []
    lock.release()
    assert move(Move(old, new, tmp_path / "old"), NOON).runs == 4


def test_one_that_was_cut_off_refuses_writers_and_is_finished_by_doing_it_again(
    old: SqliteStore, opened: Open, tmp_path: Path
) -> None:
    new = opened("new")
    point(tmp_path / "old", Pointer(str(tmp_path / "new"), NOON.isoformat(), done=False))
    new.admit(old.latest("run", {}, 2))
    with pytest.raises(HistoryError, match="cut off") as caught:
        refuse_moved(tmp_path / "old")
    assert caught.value.hint == f"finish it: milepost store move {tmp_path / 'new'}"
    move(Move(old, new, tmp_path / "old"), NOON)
    assert contents(new) == contents(old)


@pytest.mark.parametrize("id", ["01MINE", "01OTHER"])
def test_another_history_at_the_target_is_not_overwritten(
    old: SqliteStore, opened: Open, tmp_path: Path, id: str
) -> None:
    new = opened("new", id)
    Shop(new, prefix="07").build()
    before = contents(new)
    with pytest.raises(HistoryError, match="another history") as caught:
        move(Move(old, new, tmp_path / "old"), NOON)
    assert "store import FILE --as NAME" in caught.value.hint
    assert contents(new) == before
    assert moved(tmp_path / "old") is None


def test_what_was_moved_already_is_not_moved_from_the_old_place_again(
    old: SqliteStore, opened: Open, tmp_path: Path
) -> None:
    move(Move(old, opened("new"), tmp_path / "old"), NOON)
    with pytest.raises(HistoryError, match=f"was moved to {tmp_path / 'new'}"):
        move(Move(old, opened("third"), tmp_path / "old"), NOON)
    point(tmp_path / "old", Pointer(str(tmp_path / "new"), NOON.isoformat(), done=False))
    with pytest.raises(HistoryError, match="is being moved to"):
        move(Move(old, opened("third"), tmp_path / "old"), NOON)


def test_where_nothing_is_nothing_is_moved(opened: Open) -> None:
    with pytest.raises(HistoryError, match="no history"):
        demand_history(opened("empty"))


class Forgetful(MemoryStore):
    """A store that loses a line of output."""

    def write_output(self, operation: str, lines: object) -> None:
        """Keep nothing."""


def test_what_does_not_arrive_as_it_was_is_no_move(old: SqliteStore, tmp_path: Path) -> None:
    forgetful: HistoryStore = Forgetful("01MINE")
    with pytest.raises(HistoryError, match="is not at memory as it was"):
        move(Move(old, forgetful, tmp_path / "old"), NOON)
    word = moved(tmp_path / "old")
    assert word is not None
    assert not word.done


def test_a_history_in_the_projects_own_folder_is_found_until_it_was_moved(
    old: SqliteStore, opened: Open, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    assert left_behind(project) is None
    old.close()
    shutil.copytree(tmp_path / "old", project / ".milepost")
    assert left_behind(project) == project / ".milepost"
    move(Move(opened("project/.milepost"), opened("new"), project / ".milepost"), NOON)
    assert left_behind(project) is None
    assert (project / ".milepost" / FILE).exists()


def test_a_word_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    with pytest.raises(HistoryError, match="cannot be read"):
        refuse_moved(tmp_path)
