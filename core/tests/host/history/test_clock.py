"""A clock that jumps back: ids still grow, and the order of the history stays that of what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from milepost.host.history.ids import Ulids
from milepost.host.history.sqlite import SqliteStore

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def test_a_clock_that_jumps_back_keeps_ids_numbers_and_order(open_store: Callable[..., SqliteStore]) -> None:
    jumps = [0, 1, -7200, -7199, -86400, 5, 6]
    clock = iter([NOON + timedelta(seconds=each) for each in jumps])
    ids = Ulids(lambda: next(clock), lambda size: b"\x01" * size)
    store = open_store()
    made = []
    for each in jumps:
        made.append(ids())
        started = (NOON + timedelta(seconds=each)).isoformat()
        store.append({"id": made[-1], "kind": "run", "workspace": "default", "started": started})
    assert made == sorted(set(made))
    listed = store.latest("run", {"workspace": "default"})
    assert [each["id"] for each in listed] == made[::-1]
    assert [each["number"] for each in listed] == [7, 6, 5, 4, 3, 2, 1]
    since = store.latest("run", {"since": NOON.isoformat()})
    assert [each["number"] for each in since] == [7, 6, 2, 1]
    assert store.check() == []
