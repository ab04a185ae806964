from __future__ import annotations

from pathlib import Path

import pytest

from milepost.host.history.lock import FileLock, decoded, encoded, held, lock_named
from milepost.sdk.errors import HistoryError

NAMES = ["web", "web/default", "Web", "..", ".", "", "ä ö", "a%2fb", "a/b\nc", "🚢", "web.lock"]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_becomes_a_file_name_and_back(name: str) -> None:
    file = encoded(name)
    assert decoded(file) == name
    assert "/" not in file
    assert file not in (".", "..")
    assert file.isascii()


def test_names_stay_apart_where_capitals_do_not_count() -> None:
    assert len({encoded(name).lower() for name in NAMES}) == len(NAMES)


def test_the_owner_may_say_anew_what_it_does(tmp_path: Path) -> None:
    lock = lock_named(tmp_path, "web")
    assert lock.acquire({"doing": "deploy", "more": "x" * 100})
    assert lock.acquire({"doing": "release"})
    assert lock.holder() == {"doing": "release"}
    lock.release()


def test_a_new_owner_is_not_taken_for_the_one_before(tmp_path: Path) -> None:
    for who in ("a longer name than the next", "short"):
        lock = lock_named(tmp_path, "web")
        assert lock.acquire({"who": who})
        assert held(tmp_path) == {"web": {"who": who}}
        lock.release()


def test_a_lock_whose_file_was_removed_still_keeps_others_out_of_the_new_one(tmp_path: Path) -> None:
    first, second, third = (lock_named(tmp_path, "web") for _ in range(3))
    assert first.acquire({})
    first.path.unlink()
    assert second.acquire({"who": "second"})
    assert not third.acquire({"who": "third"})
    assert third.holder() == {"who": "second"}
    first.release()
    second.release()


def test_looking_makes_no_folder(tmp_path: Path) -> None:
    assert held(tmp_path / "locks") == {}
    assert lock_named(tmp_path / "locks", "web").holder() is None
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_made_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "locks").touch()
    with pytest.raises(HistoryError, match="cannot be used") as caught:
        FileLock(tmp_path / "locks" / "web.lock").acquire({})
    assert str(tmp_path / "locks") in caught.value.hint
