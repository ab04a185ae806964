"""What damage does to a real file, what verify says of it, and what repair saves."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from core.tests.host.keeping.shop import NOON, Shop, contents, ids
from milepost.host.history.sqlite import SqliteStore
from milepost.host.keeping.repair import MARK, PUT_TOGETHER, Repaired, Told, repair
from milepost.host.keeping.salvage import salvage
from milepost.host.keeping.verifying import verify
from milepost.sdk.errors import HistoryError, LockedError
from milepost.sdk.store import Opening

DAMAGES = 51
"""A third of each kind."""
GIVEN = Told("shop", "path:/shop", lambda: "01NEW", lambda: NOON)


def opened(folder: Path) -> SqliteStore:
    return SqliteStore.open(folder, Opening("shop", "path:/shop", "", new_id=lambda: "01MINE", now=lambda: NOON))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A history of some hundred documents, closed."""
    store = opened(tmp_path / "history")
    shop = Shop(store)
    for number in range(40):
        shop.up(app=("web", "worker")[number % 2])
    store.close()
    return tmp_path / "history"


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """The same, and nothing was printed in it."""
    store = opened(tmp_path / "silent")
    shop = Shop(store, output=False)
    for number in range(40):
        shop.up(app=("web", "worker")[number % 2])
    store.close()
    return tmp_path / "silent"


def seen(folder: Path) -> dict[str, object]:
    """Return all that a history has."""
    store = opened(folder)
    found = contents(store)
    store.close()
    return found


def damage_said(folder: Path) -> list[str]:
    """Return what verify says is wrong; what keeps it from being opened too."""
    try:
        store = opened(folder)
    except HistoryError as error:
        return [str(error)]
    try:
        return list(verify(store).damage)
    finally:
        store.close()


def test_a_sound_history_is_said_to_be_and_repair_changes_nothing_in_it(folder: Path) -> None:
    before = seen(folder)
    assert damage_said(folder) == []
    done = repair(folder, GIVEN)
    assert (done.runs, done.operations, done.lines, done.put_together, done.lost) == (40, 120, 120, 0, ())
    assert seen(folder) == before
    assert opened_id(folder) == "01MINE"


def opened_id(folder: Path) -> str:
    """Return the id that a history has."""
    store = opened(folder)
    store.close()
    return store.id


def test_what_lies_in_the_log_only_is_saved_too(folder: Path, tmp_path: Path) -> None:
    store = opened(folder)
    last = Shop(store, prefix="02").up()
    assert (folder / "history.sqlite-wal").stat().st_size > 0
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    store.close()
    found = salvage(copy)
    assert last["id"] in found.documents
    assert len(found.documents) == 164
    assert found.lost == ()


def damaged(folder: Path, harm: Callable[[bytearray, random.Random], None], chance: random.Random) -> None:
    """Damage the file of documents."""
    path = folder / "history.sqlite"
    data = bytearray(path.read_bytes())
    harm(data, chance)
    path.write_bytes(data)


def flip(data: bytearray, chance: random.Random) -> None:
    """Change some bytes near each other."""
    place = chance.randrange(len(data) - 16)
    for each in range(place, place + chance.randrange(1, 16)):
        data[each] ^= chance.randrange(1, 256)


def wipe(data: bytearray, chance: random.Random) -> None:
    """Make a page of zeros, as a disk does that lost it."""
    page = chance.randrange(len(data) // 4096) * 4096
    data[page : page + 4096] = bytes(4096)


def tear(data: bytearray, chance: random.Random) -> None:
    """Cut the end off."""
    del data[chance.randrange(len(data) // 2, len(data)) :]


@pytest.mark.parametrize("harm", [flip, wipe, tear])
def test_whatever_is_damaged_is_named_and_all_that_is_sound_is_saved(
    silent: Path, tmp_path: Path, harm: Callable[[bytearray, random.Random], None]
) -> None:
    chance, before = random.Random(harm.__name__), seen(silent)
    sound = {each["id"]: each for kind in ("run", "operation") for each in before[kind]}  # type: ignore[attr-defined]  # lists of documents
    unnoticed = 0
    for number in range(DAMAGES // 3):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(silent, copy)
        damaged(copy, harm, chance)
        said = damage_said(copy)
        done = repair(copy, GIVEN)
        after = {each["id"]: each for kind in ("run", "operation") for each in seen(copy)[kind]}  # type: ignore[attr-defined]  # see above
        changed = [name for name, each in after.items() if each != sound.get(name) and not is_put_together(each)]
        gone = [name for name in sound if name not in after or is_put_together(after[name])]
        if changed or gone:
            unnoticed += not said
        assert len(changed) <= 1, changed
        assert said or not gone
        assert done.lost or done.put_together or not gone, (gone, done)
        assert set(after) <= set(sound)
        assert damage_said(copy) == []
        assert len(list(copy.glob("damaged-*"))) == 1
        shutil.rmtree(copy)
    # A letter that turned into another one in a text is a text still.
    assert unnoticed <= DAMAGES // 10


def is_put_together(document: dict[str, object]) -> bool:
    """Return whether a run was lost and made again."""
    failure = document.get("failure")
    return isinstance(failure, dict) and failure.get("message") == PUT_TOGETHER


def test_a_run_that_is_lost_is_put_together_from_its_operations(folder: Path) -> None:
    connection = sqlite3.connect(folder / "history.sqlite")
    with connection:
        connection.execute("UPDATE document SET body = substr(body, 1, 40) WHERE kind = 'run' AND number = 7")
    connection.close()
    assert any("no record" in each or "JSON" in each for each in damage_said(folder))
    done = repair(folder, GIVEN)
    store = opened(folder)
    (run,) = store.latest("run", {"number": 7})
    assert (run["verb"], run["apps"], run["failure"]["code"], done.put_together) == ("unknown", ["web"], "damaged", 1)
    assert ids(store.latest("run", {}))[-7] == run["id"]
    assert verify(store).damage == ()
    assert Shop(store, prefix="09").up()["number"] == 41
    store.close()


def test_the_damaged_files_are_kept_byte_by_byte_also_the_second_time(folder: Path) -> None:
    damaged(folder, wipe, random.Random(3))
    bytes_before = (folder / "history.sqlite").read_bytes()
    first, second = repair(folder, GIVEN), repair(folder, GIVEN)
    assert (Path(first.kept) / "history.sqlite").read_bytes() == bytes_before
    assert first.kept != second.kept
    assert second.lost == ()


def test_a_repair_that_was_cut_off_in_its_last_step_loses_nothing(folder: Path) -> None:
    store = opened(folder)
    last = Shop(store, prefix="02").up()
    kept = folder / "damaged-earlier"
    kept.mkdir()
    for each in folder.glob("*.sqlite*"):
        shutil.copy(each, kept)
    store.close()
    connection = sqlite3.connect(folder / "history.sqlite")
    with connection:
        connection.execute("DELETE FROM document WHERE number = 41")
    connection.close()
    (folder / MARK).write_text(f"{kept.name} {(folder / 'history.sqlite').stat().st_ino}")
    done = repair(folder, GIVEN)
    assert (done.runs, done.kept) == (41, str(kept))
    store = opened(folder)
    assert store.get(last["id"]) is not None
    store.close()
    assert repair(folder, GIVEN).kept != str(kept)


def test_nothing_is_repaired_while_a_run_goes_on(folder: Path) -> None:
    store = opened(folder)
    lock = store.lock("app/default/web")
    assert lock.acquire({"user": "ada", "verb": "up"})
    with pytest.raises(LockedError, match="ada"):
        repair(folder, GIVEN)
    lock.release()
    store.close()
    assert isinstance(repair(folder, GIVEN), Repaired)


def test_what_only_its_index_still_knows_is_counted_in_one_sentence(silent: Path) -> None:
    path = silent / "history.sqlite"
    connection = sqlite3.connect(path)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'document'").fetchone()
    connection.close()
    data = bytearray(path.read_bytes())
    # The table's own tree: its first page is an inner one, the leaf after it holds records.
    wiped = next(page for page in range(root, len(data) // 4096) if b'"kind":"run"' in data[page * 4096 :][:4096])
    data[wiped * 4096 : (wiped + 1) * 4096] = bytes(4096)
    path.write_bytes(data)
    (said,) = (each for each in repair(silent, GIVEN).lost if "are lost" in each)
    assert "records (runs or operations) are lost, named by an index only: " in said
    assert said.count(",") < 5


@pytest.mark.parametrize("left", [0, 50])
def test_where_nothing_can_be_saved_all_stays_as_it_is(folder: Path, left: int) -> None:
    path = folder / "history.sqlite"
    path.write_bytes(path.read_bytes()[:left])
    before = sorted((each.name, each.read_bytes()) for each in folder.iterdir() if each.is_file())
    with pytest.raises(HistoryError, match=f"no record can be read in its {left} bytes") as caught:
        repair(folder, GIVEN)
    assert "backup" in caught.value.hint
    after = sorted((each.name, each.read_bytes()) for each in folder.iterdir() if each.is_file())
    assert [each for each in after if each[0] != "history.sqlite.lock"] == [
        each for each in before if each[0] != "history.sqlite.lock"
    ]
    assert list(folder.glob("damaged-*")) == []


def test_where_nothing_is_nothing_is_repaired(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="no history"):
        repair(tmp_path, GIVEN)
    assert list(tmp_path.iterdir()) == []


def scramble(path: Path) -> None:
    """Write over every third piece of output."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE block SET body = x'FFFE00', packed = 1 WHERE position % 3 = 0")
    connection.close()


def test_verify_of_scrambled_output_counts_all_and_says_each_damage_once(folder: Path) -> None:
    scramble(folder / "output.sqlite")
    store = opened(folder)
    found = verify(store)
    store.close()
    assert (found.runs, found.operations, found.lines) == (40, 120, 80)
    assert found.damage[-1] == "the output of 40 operations cannot be read"
    assert len([each for each in found.damage if "a piece of the output" in each]) == 40


def test_repair_of_scrambled_output_says_how_many_lines_are_lost(folder: Path) -> None:
    store = opened(folder)
    store.amend([{**each, "printed": 1} for each in store.latest("operation", {})])
    store.close()
    scramble(folder / "output.sqlite")
    done = repair(folder, GIVEN)
    assert done.lines == 80
    assert "40 lines of output that were printed are lost" in done.lost
    assert damage_said(folder) == []


def test_damaged_output_takes_no_record_with_it(folder: Path) -> None:
    path = folder / "output.sqlite"
    data = bytearray(path.read_bytes())
    data[8192 + 8 : 8192 + 2000] = bytes(1992)
    path.write_bytes(data)
    done = repair(folder, GIVEN)
    assert (done.runs, done.operations) == (40, 120)
    assert done.lines <= 120
    assert damage_said(folder) == []
