"""What is kept of output: all of it up to a limit, then its beginning and its end, with a word on what is missing."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from milepost.host.escapes import UNENDED
from milepost.host.history.passage import Printed
from milepost.host.lifecycle.kept import BATCH, PATIENCE, Kept
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import OutputLine
from milepost.testing.store import MemoryStore

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
LIMIT = 200_000


class Disk:
    """A place for output that may be full."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.is_full = False
        self.writes = 0

    def write(self, printed: Printed) -> None:
        self.writes += 1
        if self.is_full:
            raise HistoryError("the disk is full")
        self.store.write_output("O1", printed)

    @property
    def lines(self) -> list[OutputLine]:
        return self.store.read_output("O1")


@pytest.fixture
def disk() -> Disk:
    return Disk()


def kept_on(disk: Disk, limit: int = LIMIT) -> Kept:
    return Kept(disk.write, lambda: NOON, limit)


def text(first: int, count: int) -> str:
    return "".join(f"{number:08} {'.' * 90}\n" for number in range(first, first + count))


def test_lines_are_numbered_over_all_sources(disk: Disk) -> None:
    kept = kept_on(disk)
    kept.add("one\ntwo\n", "hook before", "stderr")
    kept.add("three\n", "plugin", "stdout")
    kept.finish()
    assert [(each.number, each.source, each.stream, each.text) for each in disk.lines] == [
        (1, "hook before", "stderr", "one"),
        (2, "hook before", "stderr", "two"),
        (3, "plugin", "stdout", "three"),
    ]
    assert disk.lines[0].at == NOON.isoformat()


def test_a_piece_of_a_line_is_marked(disk: Disk) -> None:
    kept = kept_on(disk)
    kept.add("one\nhalf", "plugin", "stdout")
    kept.finish()
    assert [each.text for each in disk.lines] == ["one", f"half{UNENDED}"]


def test_nothing_is_written_before_it_is_time(disk: Disk) -> None:
    kept = kept_on(disk)
    kept.add("one\n", "plugin", "stdout")
    assert (disk.writes, kept.waits) == (0, True)
    kept.flush()
    kept.flush()
    assert (disk.writes, kept.waits) == (1, False)


def test_much_is_written_at_once_and_not_only_at_the_end(disk: Disk) -> None:
    kept = kept_on(disk, limit=BATCH * 4)
    for number in range(0, 60_000, 1000):
        kept.add(text(number, 1000), "plugin", "stdout")
    assert 1 <= disk.writes <= 3
    assert len(disk.lines) > 40_000


def test_up_to_the_limit_all_is_kept(disk: Disk) -> None:
    kept = kept_on(disk)
    for number in range(1900):
        kept.add(text(number, 1), "plugin", "stdout")
    kept.finish()
    assert [int(each.text[:8]) for each in disk.lines] == list(range(1900))
    assert kept.unkept == 0


@pytest.mark.parametrize("at_once", [1, 7, 1000, 100_000])
def test_beyond_it_the_beginning_and_the_end_are_kept_with_a_word_in_between(disk: Disk, at_once: int) -> None:
    kept, count = kept_on(disk), 100_000 if at_once > 1 else 20_000
    for number in range(0, count, at_once):
        kept.add(text(number, min(at_once, count - number)), "plugin", "stdout")
    kept.finish()
    lines = disk.lines
    ours = [place for place, each in enumerate(lines) if each.source == "milepost"]
    assert len(ours) == 2
    first, last = ours
    printed = [*lines[:first], *lines[last + 1 :]]
    assert all(each.number == int(each.text[:8]) + 1 for each in printed)
    assert [each.number for each in lines] == sorted({each.number for each in lines})
    assert lines[0].number == 1
    assert lines[-1].number == count
    assert len(printed) + kept.unkept == count
    assert sum(len(each.text) for each in lines) <= LIMIT * 1.4
    assert re.search(r"more than 0\.2 MB", lines[first].text)
    assert f"{kept.unkept:,} lines" in lines[last].text


def test_that_something_is_missing_is_written_when_it_happens(disk: Disk) -> None:
    kept = kept_on(disk)
    for number in range(0, 10_000, 100):
        kept.add(text(number, 100), "plugin", "stdout")
    kept.flush()
    assert disk.lines[-1].source == "milepost"


def test_what_cannot_be_written_waits_until_it_can(disk: Disk) -> None:
    kept = kept_on(disk)
    disk.is_full = True
    kept.add("one\n", "plugin", "stdout")
    kept.flush()
    assert kept.trouble is not None
    disk.is_full = False
    kept.add("two\n", "plugin", "stdout")
    kept.finish()
    assert [each.text for each in disk.lines] == ["one", "two"]
    assert (kept.trouble, kept.unkept) == (None, 0)


def test_what_can_never_be_written_does_not_fill_the_memory_and_is_counted(disk: Disk) -> None:
    disk.is_full = True
    kept = kept_on(disk, limit=PATIENCE * 4)
    for number in range(0, 400_000, 1000):
        kept.add(text(number, 1000), "plugin", "stdout")
    assert kept.unkept > 0
    kept.finish()
    assert kept.unkept == 400_000
    assert kept.trouble is not None
