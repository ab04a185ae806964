"""What is wrong in a project file, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

UNSHOWN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""A pattern of what would turn a line of a terminal around, break it, or be there unseen.

It is compiled when something is wrong: that takes longer than all else here.
"""

_TAB = "    "
_WIDEST, _PART = 116, 76
_LONGEST = 1000
"""Characters of a message; the names in it may be of any length."""


class Position(NamedTuple):
    """A place in a project file. Lines and columns count from 1, columns in code points."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        """Return `file:line:column`, as editors read it."""
        return f"{self.file}:{self.line}:{self.column}"


class Excerpt(NamedTuple):
    """A line of a file, or the part of a very long one, and what of it is meant: columns count in the whole line."""

    text: str
    """As it stands in the file, without its line end."""
    start: int
    """The first column that is meant."""
    end: int
    """The column after the last one that is meant."""
    begins: int = 1
    """The column of the first character of `text`."""

    def lines(self) -> tuple[str, str]:
        """Return the text, and the line that underlines what is meant, each as wide as a terminal shows it.

        Of a text that is too wide for most terminals, it is the part around the beginning of what is meant.
        """
        text, first = self.text, self.begins
        if len(text) > _WIDEST:
            cut = max(0, min(self.start - first - _PART // 3, len(text) - _PART))
            text, first = f"…{text[cut : cut + _PART]}…", first + cut - 1
        at, end = max(0, self.start - first), self.end - first
        end = min(max(end, at + 1), max(len(text), at + 1))
        before, meant = text[:at], text[at:end]
        padding = " " * (_width(before) + at - len(before))
        return text.replace("\t", _TAB), padding + "^" * max(1, _width(meant))


class Related(NamedTuple):
    """Another place that a problem is about: where a name stands already, what a bracket should close."""

    message: str
    """What stands there."""
    position: Position
    excerpt: Excerpt | None = None
    """The line there; None while nobody has looked."""


class Problem(NamedTuple):
    """One thing that is wrong in a project file."""

    message: str
    """What was found and what was expected."""
    position: Position | None = None
    source: str = ""
    """The source line, without its line end; of a very long one the part that matters; empty without a position."""
    hint: str = ""
    """What to do, for example the nearest known name."""
    begins: int = 1
    """The column of the first character of `source`."""
    last: str = ""
    """The last line of a range over several lines."""
    related: tuple[Related, ...] = ()
    """The other places that it is about."""

    def __str__(self) -> str:
        """Return the problem as text: place, message, the source line with the range underlined, the hint."""
        return "\n".join(text for _, text in self.lines())

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield the lines of its text, each with what it is: `message`, `source`, `mark` or `hint`."""
        yield "message", _safe(f"{self.position}: {self.message}" if self.position else self.message)
        yield from self._drawn()
        for other in self.related:
            yield "hint", _safe(f"  {other.position}: {other.message}")
            if other.excerpt:
                yield from _drawn(other.excerpt)
        if self.hint:
            yield "hint", _safe(f"  {self.hint}" if self.position else self.hint)

    def _drawn(self) -> Iterator[tuple[str, str]]:
        """Yield the source line, and the last one of a range over several, with what is meant underlined."""
        at = self.position
        if at is None or not self.source:
            return
        if at.end_line == at.line:
            yield from _drawn(Excerpt(self.source, at.column, at.end_column, self.begins))
            return
        yield from _drawn(Excerpt(self.source, at.column, self.begins + len(self.source), self.begins))
        if at.end_line > at.line + 1:
            yield "source", "  …"
        indent = len(self.last) - len(self.last.lstrip())
        if at.end_column > indent + 1:
            yield from _drawn(Excerpt(self.last, indent + 1, at.end_column))


def _safe(text: str) -> str:
    """Return a text that a terminal shows as it is, and the beginning of one that nobody would read."""
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return re.sub(UNSHOWN, _escape, text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode()


def _drawn(excerpt: Excerpt) -> Iterator[tuple[str, str]]:
    text, mark = excerpt.lines()
    yield "source", f"  {text}"
    yield "mark", f"  {mark}"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text) + (len(_TAB) - 1) * text.count("\t")
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - few lines have letters beyond ASCII

    def columns(each: str) -> int:
        if each == "\t":
            return len(_TAB)
        if combining(each) or each in "\u200b\u200d\ufe0e\ufe0f":
            return 0
        return 2 if east_asian_width(each) in "WF" else 1

    return sum(map(columns, text))


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """Return the known name that looks most like `name`, if one does."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a wrong name pays for it

    swapped = next((each for each in known if sorted(each) == sorted(name)), None)
    # In a short name, one wrong letter weighs more.
    close = get_close_matches(name, known, n=1, cutoff=0.5 if len(name) < 5 else 0.6)
    return swapped or next(iter(close), None)
