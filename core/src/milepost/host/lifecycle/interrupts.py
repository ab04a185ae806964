"""Interrupts: the signals that ask a run to end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from milepost.host.cancel import Cancel

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Interrupts:
    """The wishes to end that this process heard: the first is a cancel, the second abandons."""

    cancel: Cancel = field(default_factory=Cancel)
    count: int = 0

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen to them while the context lasts."""
        before = {number: signal.signal(number, self._hear) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, number: int, frame: object) -> None:
        self.count += 1
        self.cancel.ask(signal.Signals(number).name)
