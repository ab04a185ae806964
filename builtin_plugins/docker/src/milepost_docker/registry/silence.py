"""An end to waiting for an engine that says nothing any more: it waits for a registry that hangs, without a limit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from milepost.sdk import OperationError, Step
from milepost_docker.engine.documents import heard

OF_A_PULL = 300.0
"""Seconds that an engine may say nothing of a pull."""


class Listening:
    """The step as a connection to an engine sees it: it should end also when nothing was heard for so many seconds."""

    def __init__(self, step: Step, seconds: float) -> None:
        self._step, self._seconds = step, seconds
        self._heard: float | None = None
        self._what = ""

    def __getattr__(self, name: str) -> Any:
        """Everything else is the step's."""
        return getattr(self._step, name)

    def check(self) -> None:
        """Raise when the work should end. Raises OperationError after too long a silence."""
        self._step.check()
        if self._heard is not None and time.monotonic() - self._heard > self._seconds:
            raise OperationError(
                f"{self._what}: the engine has not said anything for {self._seconds:g} s",
                hint="does the registry hang? Look at its log; for one that is only slow: `timeout` in its block",
            )

    @contextmanager
    def to(self, messages: Iterator[dict[str, Any]], what: str) -> Iterator[Iterator[dict[str, Any]]]:
        """Give the messages of a stream, which ends with the context; until then, one must come now and then."""
        self._what, self._heard = what, time.monotonic()
        try:
            with heard(messages):
                yield self._noted(messages)
        finally:
            self._heard = None

    def _noted(self, messages: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for each in messages:
            self._heard = time.monotonic()
            yield each
