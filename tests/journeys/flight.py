"""A command in flight, whose events are heard as they come, so that something can happen to it at a known moment."""

from __future__ import annotations

import json
import queue
import signal
import threading
from collections.abc import Callable
from typing import Any

from tests.journeys.place import PATIENCE, Place

Event = dict[str, Any]
Wanted = Callable[[Event], bool]


def begins(stage: str, app: str = "web") -> Wanted:
    """Tell the event with which an operation begins."""
    return lambda event: event["type"] == "OperationStarted" and (event["label"], event["app"]) == (stage, app)


def ended(stage: str, app: str = "web") -> Wanted:
    """Tell the event with which an operation ended."""
    return lambda event: event["type"] == "OperationFinished" and (event["label"], event["app"]) == (stage, app)


def says(text: str) -> Wanted:
    """Tell the event in which somebody says that."""
    return lambda event: text in str(event.get("text", ""))


class Flight:
    """A command that goes on, with `--json=events`."""

    def __init__(self, place: Place, *words: str) -> None:
        self.process = place.start("--json=events", *words)
        self.events: list[Event] = []
        self._heard: queue.Queue[Event | None] = queue.Queue()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The process id of the command."""
        return self.process.pid

    def until(self, wanted: Wanted) -> Event:
        """Wait for an event; it has to come before the command ends."""
        while (event := self._heard.get(timeout=PATIENCE)) is not None:
            if wanted(event):
                return event
        raise AssertionError(f"it ended before that: {self.events}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the command alone."""
        self.process.send_signal(number)

    def end(self) -> int:
        """Wait for the end of the command and return its exit status."""
        status = self.process.wait(PATIENCE)
        self._thread.join(PATIENCE)
        assert self.process.stderr is not None
        with self.process.stderr as file:
            self.err = file.read()
        assert "Traceback" not in self.err, self.err
        return status

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                # The last line of one that was killed may be half a line.
                if line.endswith("\n"):
                    event = json.loads(line)
                    self.events.append(event)
                    self._heard.put(event)
        self._heard.put(None)
