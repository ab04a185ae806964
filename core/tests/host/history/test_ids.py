from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from milepost.host.history.ids import ALPHABET, Ulids

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def ulid(now: datetime, random: Callable[[int], bytes]) -> str:
    """Return the first id of that time."""
    return Ulids(lambda: now, random)()


def zeros(count: int) -> bytes:
    return bytes(count)


def ones(count: int) -> bytes:
    return b"\xff" * count


def test_an_id_has_26_characters_of_the_alphabet() -> None:
    made = ulid(NOON, os.urandom)
    assert len(made) == 26
    assert set(made) <= set(ALPHABET)


def test_the_time_comes_first_and_the_random_part_last() -> None:
    assert ulid(datetime(1970, 1, 1, tzinfo=UTC), zeros) == "0" * 26
    assert ulid(datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC), zeros) == "0000000001" + "0" * 16
    assert ulid(datetime(1970, 1, 1, tzinfo=UTC), ones) == "0" * 10 + "Z" * 16


def test_a_later_id_sorts_behind() -> None:
    assert ulid(NOON, ones) < ulid(NOON + timedelta(milliseconds=1), zeros)


def test_ids_of_one_instant_grow_and_end_differently() -> None:
    new_id = Ulids(lambda: NOON, os.urandom)
    made = [new_id() for _ in range(500)]
    assert made == sorted(set(made))
    assert len({each[-6:] for each in made}) > 490


def test_ids_grow_although_the_clock_goes_back() -> None:
    times = iter([NOON, NOON - timedelta(hours=1), NOON - timedelta(hours=2)])
    new_id = Ulids(lambda: next(times), os.urandom)
    made = [new_id() for _ in range(3)]
    assert made == sorted(set(made))
