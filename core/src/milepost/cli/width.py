"""How wide text is on a terminal, and how it is made to fit."""

from __future__ import annotations

import re
from collections.abc import Sequence

NARROWEST = 8
"""To how few characters a column is cut at the most."""

_COLOUR = r"\x1b\[[0-9;]*m"


def width(text: str) -> int:
    """Return how many cells of a terminal the text takes: wide letters take two, combining marks and colours none."""
    if text.isascii() and "\x1b" not in text:
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - most tables are ASCII

    plain = re.sub(_COLOUR, "", text)
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in plain)


def padded(text: str, cells: int) -> str:
    """Return the text with blanks behind it, up to that many cells."""
    return text + " " * (cells - width(text))


def cut(text: str, cells: int) -> str:
    """Return as much of the text as fits into that many cells, with a mark where it was cut."""
    if width(text) <= cells:
        return text
    kept = re.sub(_COLOUR, "", text)
    while kept and width(kept) > cells - 1:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def fitted(widths: Sequence[int], room: int) -> list[int]:
    """Return widths of columns that together take at most `room`: the widest give way, none beyond the narrowest."""
    found = list(widths)
    while sum(found) > room and max(found, default=0) > NARROWEST:
        widest = found.index(max(found))
        second = max((each for each in found if each < found[widest]), default=NARROWEST)
        found[widest] = max(NARROWEST, min(found[widest] - 1, max(second, found[widest] - (sum(found) - room))))
    return found
