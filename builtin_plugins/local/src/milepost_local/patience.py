"""Waiting that may end without what was waited for."""

from __future__ import annotations

from collections.abc import Callable

from milepost.sdk import Step
from milepost.sdk.errors import DeadlineError


def comes_true(step: Step, what: str, seconds: float, done: Callable[[], bool]) -> bool:
    """Wait until it is done and return whether it was within `seconds`. Raises CancelledError, DeadlineError."""
    try:
        step.wait(what, seconds, done, interval=0.02)
    except DeadlineError:
        # The step's own limit may have come first: that one is not ours to pass over.
        step.check()
        return done()
    return True
