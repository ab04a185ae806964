"""Rounds: several questions asked at once, each in a thread of its own, and none waited for longer than a limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from milepost.host.cancel import Cancel

Question = Callable[[Cancel], None]
"""Asks, keeps the answer itself, and ends soon after the cancel is asked for; it raises nothing."""


def in_time(questions: Sequence[Question], limit: float) -> list[bool]:
    """Ask all of them, and return which have ended within `limit` seconds; the others are told to stop and left."""
    cancels = [Cancel() for _ in questions]
    pairs = zip(questions, cancels, strict=True)
    threads = [threading.Thread(target=question, args=(cancel,), daemon=True) for question, cancel in pairs]
    for thread in threads:
        thread.start()
    end = time.monotonic() + limit
    for thread, cancel in zip(threads, cancels, strict=True):
        thread.join(max(0.0, end - time.monotonic()))
        if thread.is_alive():
            cancel.ask("it took too long")
    return [not cancel.is_asked for cancel in cancels]
