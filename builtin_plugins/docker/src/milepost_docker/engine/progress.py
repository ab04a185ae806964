"""The engine's progress messages of a pull, a push or a load, as lines that a person and a log file can read."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from milepost.sdk import Step
from milepost_docker.engine.documents import heard
from milepost_docker.engine.trouble import EngineError, space_hint

PAUSE = 5.0
"""How long between two lines that sum up what is still under way, in seconds."""
KEPT = 200
"""How many of the messages that say what was made are given back."""
UNDER_WAY = frozenset(
    {
        "Preparing",
        "Waiting",
        "Pulling fs layer",
        "Downloading",
        "Verifying Checksum",
        "Download complete",
        "Extracting",
        "Pushing",
        "Loading layer",
    }
)
"""What is said of a layer that is not finished; anything else is worth a line."""
NUMBERS = re.compile(r"\d+")


def followed(messages: Iterable[dict[str, Any]], what: str, step: Step) -> list[dict[str, Any]]:
    """Show the messages of a stream to its end and return those with `aux` or `stream`, which say what was made.

    Raises EngineError with the engine's own words for an error that stands in the stream; `what` is what was being
    done, such as `pushing shop:1`.
    """
    progress = _Progress(step)
    made: deque[dict[str, Any]] = deque(maxlen=KEPT)
    with heard(messages):
        for message in messages:
            if "error" in message or "errorDetail" in message:
                raise _failure(message, what)
            progress.tell(message)
            if "aux" in message or "stream" in message:
                made.append(message)
    progress.finish()
    return list(made)


def sized(count: float) -> str:
    """Return a number of bytes as people write it: `12.3 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


class _Progress:
    """What was told of a stream already, and how far its layers are."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._layers: dict[str, tuple[int, int]] = {}
        """How much of each layer that is under way has passed, of how much."""
        self._told: set[tuple[str, str]] = set()
        self._begun = ""
        self._last: datetime = step.now()

    def tell(self, message: dict[str, Any]) -> None:
        """Show what is worth it of a message."""
        if text := message.get("stream"):
            self._print(str(text))
        if status := message.get("status"):
            self._status(str(status), str(message.get("id") or ""), message.get("progressDetail") or {})

    def finish(self) -> None:
        """Show what has no end of line yet."""
        if self._begun:
            self._step.output(self._begun)
            self._begun = ""

    def _print(self, text: str) -> None:
        """Show whole lines of what a build prints in pieces."""
        whole, end, self._begun = (self._begun + text).rpartition("\n")
        if end:
            self._step.output(f"{whole}\n")

    def _status(self, status: str, layer: str, detail: dict[str, Any]) -> None:
        """Show what has become of a layer, or of the whole."""
        if "total" in detail:
            self._layers[layer] = (int(detail.get("current") or 0), int(detail["total"]))
        elif status not in UNDER_WAY:
            self._layers.pop(layer, None)
        if status not in UNDER_WAY:
            # `Retrying in 5 seconds` counts down.
            again = (layer, NUMBERS.sub("", status))
            if again not in self._told:
                self._told.add(again)
                self._step.output(f"{layer}: {status}" if layer else status)
        self._sum_up()

    def _sum_up(self) -> None:
        """Show now and then how far all of it is."""
        now = self._step.now()
        if self._layers and (now - self._last).total_seconds() >= PAUSE:
            self._last = now
            passed, whole = (sum(each[at] for each in self._layers.values()) for at in (0, 1))
            count = f"{len(self._layers)} layer{'s' if len(self._layers) != 1 else ''}"
            self._step.output(f"{sized(passed)} of {sized(whole)} in {count} under way")


def _failure(message: dict[str, Any], what: str) -> EngineError:
    """Return the error that a message tells of."""
    detail = message.get("errorDetail") or {}
    said = str(detail.get("message") or message.get("error") or "the engine gave no reason").strip()
    code = detail.get("code")
    return EngineError(what, said, code if isinstance(code, int) else 0, hint=space_hint(said))
