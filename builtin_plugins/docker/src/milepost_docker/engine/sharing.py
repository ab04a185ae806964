"""An answer that those who ask for the same at the same time share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from milepost.sdk import OperationError
from milepost_docker.engine.address import Address


class Shared:
    """The last answer to one question, or why there was none, for as long as it is fresh."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._answer: Any = None
        self._failure: OperationError | None = None
        self._until = float("-inf")

    def seen(self, ask: Callable[[], Any], fresh: float) -> Any:
        """Return an answer that is no older than `fresh` seconds; who comes while it is asked for waits for it."""
        with self._lock:
            if self._monotonic() >= self._until:
                self._answer, self._failure = None, None
                try:
                    self._answer = ask()
                except OperationError as error:
                    self._failure = error
                self._until = self._monotonic() + fresh
            if self._failure is not None:
                raise self._failure
            return self._answer


@lru_cache(maxsize=64)  # The apps of a `status` are asked in threads that have nothing else in common.
def shared(address: Address, question: tuple[str, ...]) -> Shared:
    """Return the one place for the answer of an engine to a question."""
    return Shared()
