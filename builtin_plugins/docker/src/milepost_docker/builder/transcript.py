"""What the engine's classic builder tells, as lines of output, and as an error that has the failing step's log."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from typing import Any

from milepost.sdk import OperationError, Step
from milepost_docker.builder.failing import base_missing
from milepost_docker.engine.documents import heard
from milepost_docker.engine.trouble import space_hint

KEPT = 15
"""How many of the failing step's last lines go into the error."""
_FROM = re.compile(r"Step \d+/\d+ : FROM (?:--\S+ )*(\S+)")


def followed(messages: Iterable[dict[str, Any]], step: Step) -> str:
    """Show the messages of a build to its end and return the id of the image. Raises OperationError."""
    transcript = _Transcript(step)
    with heard(messages):
        for message in messages:
            transcript.hear(message)
    return transcript.concluded()


class _Transcript:
    """A build as far as it has got."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._image = ""
        self._at = ""
        self._log: deque[str] = deque(maxlen=KEPT)
        self._begun = ""

    def hear(self, message: dict[str, Any]) -> None:
        """Take note of a message. Raises OperationError for one that says that the build failed."""
        if "error" in message:
            self._print("\n")
            raise self._failed(message.get("errorDetail", {}).get("message") or message["error"])
        if "stream" in message:
            self._print(message["stream"])
        elif "aux" in message:
            self._image = message["aux"].get("ID", self._image)
        elif "status" in message and not message.get("progressDetail"):
            layer = f"{message['id']}: " if "id" in message else ""
            self._print(f"{layer}{message['status']}\n")

    def concluded(self) -> str:
        """Return the id of the image that was made."""
        self._print("\n")
        if not self._image:
            raise self._failed("the engine ended its answer without saying what it made")
        return self._image

    def _print(self, text: str) -> None:
        """Show the lines that are whole, and keep the last ones of the step that is being done."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            if line.startswith("Step "):
                self._at = line
                self._log.clear()
            elif line.strip():
                self._log.append(line)
            if line.strip():
                self._step.output(line)

    def _failed(self, why: str) -> OperationError:
        if base := _FROM.match(self._at):
            return base_missing(base[1], why)
        log = "".join(f"\n  {line}" for line in self._log)
        at = f", at {self._at.strip()}:{log}\n" if self._at else ": "
        message = f"the image of {self._step.facts.app} was not built{at}{why}"
        return OperationError(message, hint=space_hint(why))
