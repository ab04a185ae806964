"""A sheet that several write on at once: each line says whose it is, and a line told in pieces comes together again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milepost.host.escapes import UNENDED, coloured, plain

if TYPE_CHECKING:
    from milepost.cli.render import Screen


class Sheet:
    """Puts the lines of several writers on a screen."""

    def __init__(self, screen: Screen) -> None:
        """Begin with nothing open."""
        self._screen = screen
        self._open: object = None
        """Whose line has not ended on the screen."""

    def add(self, whose: object, prefix: str, text: str) -> None:
        """Write lines, the prefix before each; the last one has no end, and `UNENDED` where it goes on later."""
        self._screen.write(self.written(whose, prefix, text))

    def written(self, whose: object, prefix: str, text: str) -> str:
        """Return what `add` writes, which must be written."""
        goes_on = text.endswith(UNENDED)
        lines = coloured(text) if self._screen.has_color else plain(text)
        before = "" if self._open == whose else self._ended() + prefix
        self._open = whose if goes_on else None
        return before + lines.replace("\n", f"\n{prefix}") + ("" if goes_on else "\n")

    def end(self) -> None:
        """End a line that is open: something else comes."""
        self._screen.write(self._ended())

    def _ended(self) -> str:
        was_open, self._open = self._open is not None, None
        return "\n" if was_open else ""
