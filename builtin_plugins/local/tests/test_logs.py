"""What `logs` yields: all replicas in order of time, over rotated files, and as they grow."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import Recorded
from milepost.sdk.errors import CancelledError
from milepost.testing.bench import Bench
from milepost.testing.step import FakeStep
from milepost_local.config import LocalConfig
from milepost_local.logs import last_lines, read_logs
from milepost_local.place import Place
from milepost_local.platform import LocalPlatform
from milepost_local.supervisor_log import Lines, Log
from milepost_local.supervisor_mask import Mask

from .running import place, until

NOTHING = Mask([])


@pytest.fixture
def here(tmp_path: Path) -> Place:
    made = Place(tmp_path / "deployment")
    made.log.mkdir(parents=True)
    return made


def log(here: Place, name: str = "web.1", size: int = 10_000, files: int = 3) -> Log:
    return Log(here.log / f"{name}.log", size, files, NOTHING)


def texts(here: Place, step: FakeStep, tail: int | None = None) -> list[str]:
    return [each.text for each in read_logs(here, step, follow=False, tail=tail)]


def test_lines_of_all_replicas_come_in_order_of_time(here: Place, step: FakeStep) -> None:
    one, two = log(here, "web.1"), log(here, "web.2")
    for number in range(6):
        (one if number % 2 else two).write(str(number).encode(), "stdout")
    assert texts(here, step) == ["0", "1", "2", "3", "4", "5"]
    assert texts(here, step, tail=2) == ["4", "5"]
    assert [each.replica for each in read_logs(here, step, follow=False, tail=2)] == ["web.2", "web.1"]
    one.close()
    two.close()


def test_a_line_knows_when_and_where_it_was_printed(here: Place, step: FakeStep) -> None:
    written = log(here)
    written.write(b"oh no", "stderr")
    written.close()
    (line,) = read_logs(here, step, follow=False, tail=None)
    assert (line.stream, line.text, line.replica) == ("stderr", "oh no", "web.1")
    assert line.at is not None
    assert line.at.tzinfo is not None


def test_full_files_are_put_aside_and_the_oldest_is_forgotten(here: Place, step: FakeStep) -> None:
    written = log(here, size=400, files=3)
    for number in range(100):
        written.write(f"line {number}".encode(), "stdout")
    written.close()
    assert sorted(each.name for each in here.log.iterdir()) == ["web.1.log", "web.1.log.1", "web.1.log.2"]
    assert all(each.stat().st_size <= 400 for each in here.log.iterdir())
    kept = texts(here, step)
    assert kept == [f"line {number}" for number in range(100 - len(kept), 100)]
    assert last_lines(here, 2, "web.1") == "line 98\nline 99"


@pytest.mark.parametrize("files", [1, 2, 5])
def test_following_loses_no_line_when_files_are_put_aside(here: Place, bench: Bench, files: int) -> None:
    written = log(here, size=500, files=files)
    written.write(b"0", "stdout")
    following = read_logs(here, bench.step("status"), follow=True, tail=None)
    got = [next(following).text]
    for number in range(1, 60):
        written.write(str(number).encode(), "stdout")
        got.append(next(following).text)
    written.close()
    assert got == [str(number) for number in range(60)]


def test_following_catches_up_over_several_files(here: Place, bench: Bench) -> None:
    written = log(here, size=300, files=9)
    written.write(b"0", "stdout")
    following = read_logs(here, bench.step("status"), follow=True, tail=None)
    next(following)
    for number in range(1, 30):
        written.write(str(number).encode(), "stdout")
    written.close()
    assert [next(following).text for _ in range(29)] == [str(number) for number in range(1, 30)]


def test_following_hears_of_a_replica_that_comes_later(here: Place, bench: Bench) -> None:
    following = read_logs(here, bench.step("status"), follow=True, tail=None)
    written = log(here, "web.2")
    written.write(b"here", "stdout")
    written.close()
    assert next(following).replica == "web.2"


def test_following_ends_when_the_deployment_is_gone(here: Place, bench: Bench) -> None:
    written = log(here)
    written.write(b"last words", "stdout")
    written.close()
    following = read_logs(here, bench.step("status"), follow=True, tail=None)
    assert next(following).text == "last words"
    here.root.rename(here.root.with_name("gone"))
    assert list(following) == []


def test_following_ends_by_a_cancel(here: Place, bench: Bench) -> None:
    step = bench.step("status")
    following = read_logs(here, step, follow=True, tail=None)
    step.cancel.ask("enough")
    with pytest.raises(CancelledError):
        next(following)


def test_what_a_full_disk_lost_is_counted(here: Place, step: FakeStep) -> None:
    written = log(here)
    here.log.rename(here.root / "away")
    for number in range(3):
        written.write(str(number).encode(), "stdout")
    (here.root / "away").rename(here.log)
    written.write(b"again", "stdout")
    written.close()
    assert texts(here, step) == ["[milepost] 3 lines were lost: the log could not be written", "again"]


def test_lines_are_put_together_and_a_very_long_one_is_cut() -> None:
    lines = Lines(NOTHING)
    assert lines.add(b"a") == []
    assert lines.add(b"b\r\nc\n\nd") == [b"ab", b"c", b""]
    assert [len(each) for each in lines.add(b"x" * 70_000)] == [65536]
    assert len(lines.end()[0]) == 70_001 - 65536


@pytest.mark.parametrize("before", [65530, 65520, 65536, 131066])
def test_a_secret_is_masked_where_a_very_long_line_is_cut(before: int) -> None:
    mask = Mask(["hunter22hunter22"])
    lines = Lines(mask)
    whole = b"." * before + b"hunter22hunter22" + b"." * 70_000
    pieces = [each for at in range(0, len(whole), 1000) for each in lines.add(whole[at : at + 1000])]
    shown = b"".join(mask(each) for each in (*pieces, *lines.end()))
    assert b"hunter" not in shown
    assert shown == b"." * before + b"***" + b"." * 70_000


def test_an_app_that_prints_much_loses_nothing(bench: Bench, deploy: Callable[..., Recorded[Any]]) -> None:
    command = ["sh", "-c", "seq 20000; seq 20000 >&2; exec sleep 300"]
    config = LocalConfig(command=command, worker=True, settle=0.2, log_size="100K", log_files=50)
    recorded = deploy(config)
    until(lambda: last_lines(place(recorded), 1).startswith("20000"))
    step = bench.step("status")
    until(lambda: len(list(LocalPlatform(config).logs(recorded, step, follow=False, tail=None))) == 40000)
    lines = list(LocalPlatform(config).logs(recorded, step, follow=False, tail=None))
    assert [each.text for each in lines if each.stream == "stderr"] == [str(n) for n in range(1, 20001)]
    assert [each.text for each in lines if each.stream == "stdout"] == [str(n) for n in range(1, 20001)]


def test_a_line_of_a_foreign_hand_does_not_break_the_log(here: Place, step: FakeStep) -> None:
    with open(here.log / "web.1.log", "a") as file:
        file.write("what is this\n")
    assert texts(here, step) == ["what is this"]
    assert os.listdir(here.log) == ["web.1.log"]
