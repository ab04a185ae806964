"""Wishes to cancel that others leave in the history."""

from __future__ import annotations

import threading

import pytest

from core.tests.waiting import until
from milepost.host.cancel import Cancel
from milepost.host.lifecycle.wishes import Wishes
from milepost.sdk.errors import HistoryUnreachableError
from milepost.testing.store import MemoryStore


class SlowStore(MemoryStore):
    """A store elsewhere that answers when it likes, and not always."""

    def __init__(self) -> None:
        super().__init__(lease_seconds=30.0)
        self.answers = threading.Event()
        self.failures = 1

    def cancel_asked(self, run: str) -> bool:
        """Return it after a while; the first time it cannot be reached."""
        self.answers.wait(30)
        self.failures -= 1
        if self.failures >= 0:
            raise HistoryUnreachableError("cut off")
        return super().cancel_asked(run)


def test_a_wish_on_this_machine_is_heard_when_one_looks() -> None:
    store, cancel = MemoryStore(), Cancel()
    wishes = Wishes(store, "R1", cancel)
    wishes.look()
    assert not cancel.is_asked
    store.ask_cancel("R1")
    wishes.look()
    assert cancel.reason == "milepost cancel"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"verb": "cancel", "target": "R1", "why": "wrong branch"}, "milepost cancel by bob@laptop: wrong branch"),
        ({"verb": "cancel", "target": "R1"}, "milepost cancel by bob@laptop"),
        ({"verb": "break", "target": "app/x/web", "holder": {"run_id": "R1"}}, "milepost lock break by bob@laptop"),
        ({"verb": "cancel", "target": "R2", "why": "another"}, "milepost cancel"),
    ],
)
def test_a_wish_says_whose_it_is_and_why(asked: dict[str, object], said: str) -> None:
    store, cancel = MemoryStore(), Cancel()
    store.append({"id": "R9", "kind": "run", "user": "bob", "host": "laptop", **asked})
    store.ask_cancel("R1")
    Wishes(store, "R1", cancel).look()
    assert cancel.reason == said


def test_looking_for_a_wish_elsewhere_waits_for_nobody() -> None:
    store, cancel = SlowStore(), Cancel()
    wishes = Wishes(store, "R1", cancel)
    store.ask_cancel("R1")
    wishes.look()
    assert not cancel.is_asked
    store.answers.set()
    assert until(lambda: cancel.is_asked)
    wishes.stop()


@pytest.mark.parametrize("run", ["R2", ""])
def test_a_wish_about_another_run_is_none(run: str) -> None:
    store, cancel = MemoryStore(), Cancel()
    store.ask_cancel("R1")
    Wishes(store, run, cancel).look()
    assert not cancel.is_asked
