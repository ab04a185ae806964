from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milepost.host.history.sqlite import SqliteStore
from milepost.sdk.errors import ForeignHistoryError, HistoryError, NewerHistoryError

Open = Callable[..., SqliteStore]
Spawn = Callable[..., "subprocess.Popen[str]"]
RUN = {"kind": "run", "workspace": "default", "status": "running"}


def change(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / "history.sqlite")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_store_keeps_its_id_and_its_documents(open_store: Open) -> None:
    first = open_store()
    first.append({"id": "R1", **RUN})
    first.close()
    again = open_store()
    assert again.id == first.id
    assert again.append({"id": "R2", **RUN}) == 2
    assert [each["id"] for each in again.latest("run", {})] == ["R2", "R1"]


@pytest.mark.parametrize("name", ["with space", "what?mode=memory", "#1", "100%25", "ä🚢", os.fsdecode(b"caf\xe9")])
def test_any_folder_name_will_do(open_store: Open, tmp_path: Path, name: str) -> None:
    store = open_store(folder=tmp_path / name)
    store.append({"id": "R1", **RUN})
    store.write_output("O1", [])
    assert (tmp_path / name / "history.sqlite").is_file()
    assert open_store(folder=tmp_path / name, create=False).get("R1") is not None


def test_a_number_is_not_used_again_after_its_run_is_gone(open_store: Open, tmp_path: Path) -> None:
    store = open_store()
    store.append({"id": "R1", **RUN})
    store.append({"id": "R2", **RUN})
    change(tmp_path / "store", "DELETE FROM document")
    assert store.append({"id": "R3", **RUN}) == 3


def test_each_commit_is_on_the_disk_before_it_returns(store: SqliteStore) -> None:
    assert store._database.read("PRAGMA synchronous") == [(2,)]
    assert store._database.read("PRAGMA journal_mode") == [("wal",)]


def test_its_size_is_that_of_its_files_and_of_nothing_beside_them(store: SqliteStore) -> None:
    store.append({"id": "R1", **RUN})
    before = store.facts()["size"]
    folder = Path(store.place)
    (folder / "history.sqlite.before-2").write_bytes(b"x" * 1_000_000)
    assert (
        store.facts()["size"]
        == before
        == sum(each.stat().st_size for each in folder.glob("history.sqlite-*"))
        + (folder / "history.sqlite").stat().st_size
    )
    assert store.facts()["schema"] == 2


def test_a_namesake_is_refused_naming_both_origins(open_store: Open, tmp_path: Path) -> None:
    open_store()
    with pytest.raises(ForeignHistoryError) as caught:
        open_store(origin="example.org/other")
    assert str(caught.value) == (
        f"the history at {tmp_path / 'store'} belongs to another project named 'shop': "
        "it came from example.org/shop, this one is example.org/other"
    )


def test_a_reader_is_refused_a_namesake_too(open_store: Open) -> None:
    open_store()
    with pytest.raises(ForeignHistoryError):
        open_store(origin="example.org/other", create=False)


def test_an_adopted_store_belongs_to_its_new_origin(open_store: Open) -> None:
    open_store().append({"id": "R1", **RUN})
    assert open_store(origin="example.org/other", adopt=True).get("R1") is not None
    assert open_store(origin="example.org/other").get("R1") is not None
    with pytest.raises(ForeignHistoryError):
        open_store()


def test_a_folder_that_became_a_repository_keeps_its_history(open_store: Open) -> None:
    open_store(origin="path:/srv/shop")
    open_store(origin="example.org/shop", formerly="path:/srv/shop")
    with pytest.raises(ForeignHistoryError):
        open_store(origin="path:/srv/shop")


def test_the_history_of_another_project_is_refused_by_its_name(open_store: Open) -> None:
    open_store()
    with pytest.raises(HistoryError, match="is that of the project 'shop', not of 'blog'") as caught:
        open_store(project="blog")
    assert "store adopt" in caught.value.hint
    open_store(project="blog", adopt=True)


def test_a_newer_schema_is_refused_with_both_versions(open_store: Open, tmp_path: Path) -> None:
    open_store().close()
    change(tmp_path / "store", "PRAGMA user_version = 7")
    with pytest.raises(NewerHistoryError, match="has schema 7; this milepost knows up to 2"):
        open_store()
    with pytest.raises(NewerHistoryError):
        open_store(create=False)


def test_a_reader_of_no_history_sees_an_empty_one_and_leaves_no_trace(open_store: Open, tmp_path: Path) -> None:
    store = open_store(create=False)
    assert (store.latest("run", {}), store.get("R1"), store.locks(), store.version()) == ([], None, {}, 0)
    assert (store.read_output("O1"), store.cancel_asked("R1"), store.ending_with("run", "7K2Q")) == ([], False, [])
    with pytest.raises(HistoryError, match="cannot be written"):
        store.append({"id": "R1", **RUN})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_named(open_store: Open, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "history.sqlite").write_bytes(b"not a database at all, but long enough to be looked at" * 99)
    for create in (True, False):
        with pytest.raises(HistoryError, match="no SQLite database") as caught:
            open_store(create=create)
        assert "milepost store repair" in caught.value.hint


def test_the_database_of_another_program_is_left_alone(open_store: Open, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    change(tmp_path / "store", "CREATE TABLE theirs (x)")
    before = (tmp_path / "store" / "history.sqlite").read_bytes()
    with pytest.raises(HistoryError, match="a database of another program"):
        open_store()
    assert (tmp_path / "store" / "history.sqlite").read_bytes() == before


def test_a_file_that_was_never_finished_is_made_again(open_store: Open, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "history.sqlite").touch()
    assert open_store(create=False).latest("run", {}) == []
    assert open_store().append({"id": "R1", **RUN}) == 1


@pytest.mark.parametrize("beside", ["output.sqlite", "locks"])
def test_a_history_that_was_emptied_is_damage_for_readers_and_writers(
    open_store: Open, tmp_path: Path, beside: str
) -> None:
    (tmp_path / "store" / "locks").mkdir(parents=True)
    (tmp_path / "store" / "locks").rename(tmp_path / "store" / beside)
    (tmp_path / "store" / "history.sqlite").touch()
    for create in (True, False):
        with pytest.raises(HistoryError, match="was emptied: it has 0 bytes") as caught:
            open_store(create=create)
        assert "backup" in caught.value.hint
    assert (tmp_path / "store" / "history.sqlite").stat().st_size == 0


def test_an_emptied_history_keeps_its_log_from_which_it_can_be_repaired(open_store: Open, tmp_path: Path) -> None:
    open_store().append({"id": "R1", **RUN})
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "store", copy)
    (copy / "history.sqlite").write_bytes(b"")
    with pytest.raises(HistoryError, match="was emptied") as caught:
        open_store(folder=copy)
    assert "milepost store repair" in caught.value.hint
    assert (copy / "history.sqlite-wal").stat().st_size > 0


def test_a_folder_in_the_way_is_an_error_with_a_hint(open_store: Open, tmp_path: Path) -> None:
    (tmp_path / "store" / "history.sqlite").mkdir(parents=True)
    with pytest.raises(HistoryError, match="a folder has its name") as caught:
        open_store()
    assert "MILEPOST_HISTORY" in caught.value.hint


def test_a_file_in_the_way_of_the_folder_is_an_error_with_a_hint(open_store: Open, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert open_store(folder=tmp_path / "file" / "store", create=False).latest("run", {}) == []
    with pytest.raises(HistoryError, match="cannot be used: File exists") as caught:
        open_store(folder=tmp_path / "file" / "store")
    assert "MILEPOST_HISTORY" in caught.value.hint


def test_a_damaged_file_is_an_error_that_says_what_to_do(open_store: Open, tmp_path: Path) -> None:
    store = open_store()
    for place in range(50):
        store.append({"id": f"R{place}", **RUN, "why": "x" * 3000})
    store.close()
    path = tmp_path / "store" / "history.sqlite"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(HistoryError, match="damaged") as caught:
        open_store().latest("run", {})
    assert "milepost store repair" in caught.value.hint


def test_the_folder_of_a_new_store_is_for_its_owner_alone(store: SqliteStore) -> None:
    assert Path(store.place).stat().st_mode & 0o077 == 0


def test_a_value_that_json_lacks_is_refused_and_nothing_is_written(store: SqliteStore) -> None:
    with pytest.raises(ValueError, match="JSON"):
        store.append({"id": "R1", **RUN, "share": float("nan")})
    assert store.append({"id": "R2", **RUN}) == 1


def test_a_field_of_a_newer_milepost_survives(store: SqliteStore) -> None:
    store.append({"id": "R1", **RUN, "weights": {"new": 30}})
    assert (store.get("R1") or {})["weights"] == {"new": 30}


def test_threads_may_use_one_store(store: SqliteStore) -> None:
    def write(name: str) -> None:
        for place in range(25):
            store.append({"id": f"{name}{place}", **RUN})
            store.cancel_asked("R")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(each["number"] for each in store.latest("run", {})) == list(range(1, 101))


def test_a_list_imports_neither_plugins_nor_records(open_store: Open, tmp_path: Path) -> None:
    open_store().append({"id": "R1", **RUN})
    code = (
        "import sys; sys.path.insert(0, {here!r}); import program; "
        "import milepost.host.history.ref; "
        "print(milepost.host.history.ref.resolve_run(program.opened({folder!r}), 'last', 'default')['id']); "
        "heavy = {{'msgspec', 'pluggy', 'typer', 'tinydb', 'rich', 'asyncio', 'hcl2'}} & set(sys.modules); "
        "sys.exit(f'imported {{heavy}}' if heavy else 0)"
    ).format(here=str(Path(__file__).parent), folder=str(tmp_path / "store"))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("R1\n", "", 0)


@pytest.fixture
def read_only(open_store: Open) -> Iterator[Path]:
    """Return the folder of a history with one run that cannot be written; not below `tmp_path`, which is private."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "store"
        store = open_store(folder=folder)
        store.append({"id": "R1", **RUN})
        store.close()
        folder.parent.chmod(0o755)
        for each in folder.iterdir():
            each.chmod(0o444)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def test_a_read_only_history_can_be_read(read_only: Path, spawn: Spawn) -> None:
    assert spawn("read", read_only).communicate()[0] == "R1\n"


def test_a_read_only_history_is_not_written(read_only: Path, spawn: Spawn) -> None:
    told = spawn("write", read_only).communicate()[0]
    assert told.startswith("error history ")
    assert "cannot be" in told
    assert "MILEPOST_HISTORY" in told


def test_a_read_only_history_with_an_unfinished_log_is_read_whole(
    open_store: Open, read_only: Path, spawn: Spawn
) -> None:
    read_only.chmod(0o755)
    for each in read_only.iterdir():
        each.chmod(0o644)
    open_store(folder=read_only).append({"id": "R2", **RUN})
    (read_only / "history.sqlite-shm").chmod(0o000)
    (read_only / "history.sqlite-wal").chmod(0o444)
    (read_only / "history.sqlite").chmod(0o444)
    read_only.chmod(0o555)
    assert spawn("read", read_only).communicate()[0] == "R2 R1\n"
