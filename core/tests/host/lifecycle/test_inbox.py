"""What children said and nobody heard yet: in order, and bounded."""

from __future__ import annotations

import threading
import time

from milepost.host.lifecycle.inbox import Heard, Inbox


def test_what_was_said_is_heard_in_order() -> None:
    inbox = Inbox()
    for name in "abc":
        inbox.put(Heard(name, None), 10)
    assert [inbox.get(0) for _ in range(4)] == [Heard("a", None), Heard("b", None), Heard("c", None), None]


def test_who_says_more_than_can_wait_is_held_up_until_it_is_heard() -> None:
    inbox, said = Inbox(most=100), []

    def say() -> None:
        for number in range(50):
            inbox.put(Heard(str(number), None), 60)
            said.append(number)

    speaker = threading.Thread(target=say)
    speaker.start()
    heard = []
    while len(heard) < 50:
        got = inbox.get(60)
        assert got is not None
        heard.append(got.app)
        assert len(said) <= len(heard) + 3
    speaker.join()
    assert heard == [str(number) for number in range(50)]


def test_near_the_end_nobody_is_held_up() -> None:
    inbox = Inbox(most=10)
    inbox.put(Heard("first", None), 60)
    speaker = threading.Thread(target=lambda: inbox.put(Heard("last", None), 60))
    speaker.start()
    time.sleep(0.05)
    inbox.open()
    speaker.join(60)
    assert not speaker.is_alive()
    assert [inbox.get(0), inbox.get(0)] == [Heard("first", None), Heard("last", None)]
