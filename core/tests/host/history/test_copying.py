from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import BacksUp, OutputLine

Open = Callable[..., SqliteStore]
Spawn = Callable[..., "subprocess.Popen[str]"]


def test_a_backup_is_a_history_of_its_own(open_store: Open, tmp_path: Path) -> None:
    store = open_store()
    store.append({"id": "R1", "kind": "run"})
    store.write_output("O1", [OutputLine(1, "", "plugin", "stdout", "hello")])
    assert isinstance(store, BacksUp)
    store.backup(str(tmp_path / "deep" / "copy"))
    store.append({"id": "R2", "kind": "run"})
    copy = open_store(tmp_path / "deep" / "copy")
    assert (copy.id, [each["id"] for each in copy.latest("run", {})]) == (store.id, ["R1"])
    assert [each.text for each in copy.read_output("O1")] == ["hello"]
    assert copy.append({"id": "R3", "kind": "run"}) == 2
    assert copy.check() == []


def test_a_backup_holds_all_that_was_acknowledged_before_while_writers_run(
    open_store: Open, spawn: Spawn, tmp_path: Path
) -> None:
    store = open_store()
    writers = [spawn("append", tmp_path / "store", f"W{each}", 10_000) for each in range(2)]
    for turn in range(4):
        for writer in writers:
            assert writer.stdout is not None
            told = [writer.stdout.readline() for _ in range(20)]
            assert told[-1]
        before = store.latest("run", {})
        store.backup(str(tmp_path / f"copy{turn}"))
        copy = open_store(tmp_path / f"copy{turn}")
        assert {each["id"] for each in before} <= {each["id"] for each in copy.latest("run", {})}
        assert copy.check() == []


def test_several_may_begin_to_write_a_backup_at_once(open_store: Open, spawn: Spawn, tmp_path: Path) -> None:
    open_store().backup(str(tmp_path / "copy"))
    writers = [spawn("append", tmp_path / "copy", f"W{each}", 5) for each in range(4)]
    assert [each.wait(60) for each in writers] == [0] * 4
    assert len(open_store(tmp_path / "copy").latest("run", {})) == 20


def test_nothing_is_put_over_what_is_there(open_store: Open, tmp_path: Path) -> None:
    store = open_store()
    (tmp_path / "there").mkdir()
    with pytest.raises(HistoryError, match="is there already"):
        store.backup(str(tmp_path / "there"))
    assert list((tmp_path / "there").iterdir()) == []


def test_a_backup_that_fails_leaves_nothing(open_store: Open, tmp_path: Path) -> None:
    store = open_store()
    (tmp_path / "file").touch()
    with pytest.raises(HistoryError, match="cannot be used"):
        store.backup(str(tmp_path / "file" / "copy"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "store"]


def test_where_no_history_is_there_is_nothing_to_back_up(open_store: Open, tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="there is no history at"):
        open_store(create=False).backup(str(tmp_path / "copy"))
    assert list(tmp_path.iterdir()) == []
