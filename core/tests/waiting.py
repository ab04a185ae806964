"""Waiting for what happens in another thread or process."""

from __future__ import annotations

import time
from collections.abc import Callable

LOOK_AGAIN = 0.01


def until(holds: Callable[[], object], seconds: float = 60.0) -> bool:
    """Return whether it holds, as soon as it does, or after so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_AGAIN)
    return True
