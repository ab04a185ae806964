"""The log of the last runs for bug reports: what happened when, without what was printed."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

KEPT = 20
"""How many files are kept."""

_HARMLESS = (
    "app",
    "stage",
    "when",
    "status",
    "result",
    "phase",
    "ok",
    "number",
    "verb",
    "workspace",
    "code",
    "seconds",
)


class RunLog:
    """Keeps the events of one run; messages, commands and output are left out, since they may be private."""

    def __init__(self, state: Path, now: datetime) -> None:
        """Remember where to write; nothing is written before `close`."""
        self._state, self._now = state, now
        self._lines: list[str] = []

    def listen(self, event: Any) -> None:
        """Note an event, but for what programs print: there may be any amount of it."""
        if type(event).__name__ == "Output":
            return
        facts = {name: getattr(event, name) for name in _HARMLESS if hasattr(event, name)}
        self._lines.append(json.dumps({"at": event.at.isoformat(), "type": type(event).__name__, **facts}))

    def close(self, name: str) -> Path | None:
        """Write what was noted and return the file; None if there is nothing or it cannot be written."""
        if not self._lines:
            return None
        try:
            return write_log(self._state, self._now, name, "\n".join(self._lines))
        except OSError:
            # The history has the run; a log that cannot be kept must not make it fail.
            return None


def write_log(state: Path, now: datetime, name: str, text: str) -> Path:
    """Write a log file, remove the oldest beyond the last twenty, and return the new one's path. Raises OSError."""
    folder = state / "log"
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{now:%Y%m%dT%H%M%S%f}-{name}.log"
    place.write_text(text + "\n", encoding="utf-8")
    for old in sorted(folder.glob("*.log"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return place
