"""The cancel token and the deadline."""

from __future__ import annotations

import threading

import pytest

from milepost.host.cancel import Cancel, Deadline
from milepost.sdk.errors import CancelledError, DeadlineError
from milepost.testing.clock import FakeClock


def test_nothing_happens_until_somebody_asks() -> None:
    cancel = Cancel()
    cancel.check()
    assert not cancel.is_asked
    assert not cancel.wait(0)


def test_the_first_reason_is_kept() -> None:
    cancel = Cancel()
    cancel.ask("SIGINT")
    cancel.ask("SIGTERM")
    assert cancel.reason == "SIGINT"
    with pytest.raises(CancelledError, match="cancelled: SIGINT"):
        cancel.check()


def test_whoever_waits_wakes_up() -> None:
    cancel = Cancel()
    timer = threading.Timer(0.05, cancel.ask, ["now"])
    timer.start()
    assert cancel.wait(60)
    timer.join()


def test_a_deadline_passes_by_its_clock() -> None:
    clock = FakeClock()
    deadline = Deadline("the hook", 10, clock.monotonic)
    clock.advance(9)
    deadline.check()
    assert deadline.left(60) == 1
    clock.advance(1)
    assert deadline.left(60) == 0
    with pytest.raises(DeadlineError, match="the hook took longer than its limit of 10 s"):
        deadline.check()


def test_no_limit_never_passes() -> None:
    clock = FakeClock()
    deadline = Deadline("", None, clock.monotonic)
    clock.advance(10**9)
    deadline.check()
    assert deadline.left(5) == 5
