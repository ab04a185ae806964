"""What one program prints on one stream, as it comes: made into lines that can be shown, secrets masked."""

from __future__ import annotations

import time
from collections.abc import Callable

from milepost.host.escapes import begun, tame
from milepost.host.mask import Masker

LONGEST = 64 * 1024
"""A line that is longer is told in pieces, so that one without an end cannot fill the memory."""

PATIENCE = 0.1
"""How long a line may stand unended until it is told as far as it has come, in seconds."""

REDRAWN_PATIENCE = 5.0
"""The same for a line that is drawn again and again, of which the last state counts."""


class Feed:
    """Takes text as it comes and gives back what can be shown: whole lines with their ends, or a piece of one."""

    def __init__(self, masker: Masker, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._masker, self._monotonic = masker, monotonic
        self._rest = ""
        """What came after the last end of a line, as it came."""
        self._held = ""
        """What is ready but for being, perhaps, the beginning of a secret."""
        self._since = 0.0
        self._is_open = False
        """What was told last is a piece of a line."""

    @property
    def due(self) -> float | None:
        """When `late` has something to tell; None while nothing waits."""
        if not self._rest:
            return None
        return self._since + (REDRAWN_PATIENCE if "\r" in self._rest else PATIENCE)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits for what comes."""
        return not (self._rest or self._held or self._is_open)

    def take(self, text: str) -> str:
        """Take what was printed and return what can be shown by now."""
        if not self._rest:
            self._since = self._monotonic()
        whole, end, rest = text.rpartition("\n")
        ready = ""
        if end:
            ready = self._lines(self._rest + whole + end)
            self._rest, self._since = rest, self._monotonic()
        else:
            self._rest += rest
        if "\r" in self._rest:
            self._rest = _last_drawn(self._rest)
        if len(self._rest) > LONGEST:
            ready += self._piece()
        return self._told(ready)

    def late(self) -> str:
        """Return what has waited long enough for the end of its line; nothing before that time."""
        if self.due is None or self._monotonic() < self.due:
            return ""
        if "\r" not in self._rest:
            return self._told(self._piece())
        drawn, self._rest = self._lines(self._rest + "\n"), ""
        return self._told(drawn)

    def end(self) -> str:
        """Return all that is left: nothing more will come. A line is ended if it was not."""
        ready = self._lines(self._rest + "\n") if self._rest else ""
        self._rest = ""
        shown, self._held = self._masker.text(self._held + ready), ""
        if (shown and not shown.endswith("\n")) or (not shown and self._is_open):
            shown += "\n"
        self._is_open = False
        return shown

    def _lines(self, text: str) -> str:
        """Return whole lines without what steers a terminal."""
        # A line of which a piece was told cannot be drawn again: what follows is a new one.
        first = text.partition("\n")[0].rstrip("\r")
        ahead = "\n" if self._is_open and "\r" in first else ""
        return ahead + tame(text)

    def _piece(self) -> str:
        """Return the line as far as it has come, but for a sequence that it breaks off in."""
        cut = begun(self._rest)
        piece, self._rest = self._rest[:cut], self._rest[cut:]
        self._since = self._monotonic()
        return tame(piece)

    def _told(self, ready: str) -> str:
        """Return what can be shown of what is held and what is ready."""
        if not ready:
            return ""
        shown, self._held = self._masker.split(self._held + ready)
        if shown:
            self._is_open = not shown.endswith("\n")
        return shown


def _last_drawn(line: str) -> str:
    """Return an unended line without the states that were drawn over, from the return before the last one on."""
    text = line.rstrip("\r")
    last = text.rfind("\r")
    return line if last <= 0 else line[last:]
