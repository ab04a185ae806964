"""What patterns of file names mean: alternatives, segments between slashes, and which names a segment matches."""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise
from typing import NamedTuple

from milepost.sdk.functions import FunctionError

_MOST_CHOICES = 1_000
_PIECE = re.compile(r"\\(?P<escaped>.)|(?P<star>\*+)|(?P<one>\?)|\[(?P<group>[^\]]*)\]|(?P<plain>[^\\*?\[])", re.DOTALL)
_RANGE = re.compile(r"(?:\\(.)|([^-\\\]]))(?:-(?:\\(.)|([^-\\\]])))?", re.DOTALL)


class Segment(NamedTuple):
    """What stands between two slashes of a pattern."""

    plain: str | None
    """The name, if there is nothing in it that means several."""
    pattern: re.Pattern[str] | None = None

    @property
    def is_any_depth(self) -> bool:
        """Whether it is `**`: any number of folders."""
        return self.plain is None and self.pattern is None

    def matches(self, name: str) -> bool:
        """Return whether it means a name."""
        return name == self.plain if self.pattern is None else self.pattern.fullmatch(name) is not None


def segments(pattern: str) -> list[tuple[Segment, ...]]:
    """Return the segments of each alternative of a pattern. Raises FunctionError for one that is wrong."""
    found = dict.fromkeys(posixpath.normpath(each.lstrip("/")) for each in _choices(pattern))
    return [tuple(_segment(part, pattern) for part in each.split("/")) for each in found]


def _choices(pattern: str) -> list[str]:
    """Return a pattern's alternatives: `{a,b}.txt` has two."""
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        text = waiting.pop()
        place = _braces(text, pattern)
        if place is None:
            done.append(text)
        else:
            start, commas, end = place
            bounds = [start, *commas, end]
            parts = [text[left + 1 : right] for left, right in pairwise(bounds)]
            waiting += [text[:start] + part + text[end + 1 :] for part in parts]
        if len(done) + len(waiting) > _MOST_CHOICES:
            raise FunctionError(f"the pattern has more than {_MOST_CHOICES} alternatives", 1)
    return done


def _braces(text: str, pattern: str) -> tuple[int, list[int], int] | None:
    """Return where the first braces of a text begin, have their commas, and end."""
    start, depth = -1, 0
    commas: list[int] = []
    for found in re.finditer(r"\\.|\[[^\]]*\]|[{,}]", text, re.DOTALL):
        sign, at = found[0], found.start()
        if sign == "{":
            start = at if depth == 0 else start
            depth += 1
        elif sign == "," and depth == 1:
            commas.append(at)
        elif sign == "}" and depth > 0:
            depth -= 1
            if depth == 0:
                return start, commas, at
    if depth:
        raise FunctionError(f'the pattern "{pattern}" has a {{ that is not closed', 1)
    return None


def _segment(text: str, pattern: str) -> Segment:
    if text == "**":
        return Segment(None)
    pieces, at = [""], 0
    is_plain = True
    while at < len(text):
        found = _PIECE.match(text, at)
        if found is None:
            raise FunctionError(f'the pattern "{pattern}" ends in the middle of "{text[at:]}"', 1)
        is_plain = is_plain and found["escaped" if found["plain"] is None else "plain"] is not None
        if found["star"]:
            pieces.append("")
        else:
            pieces[-1] += _piece(found, pattern)
        at = found.end()
    if is_plain:
        return Segment(re.sub(r"\\(.)", r"\1", text))
    return Segment(None, re.compile(_joined(pieces), re.DOTALL))


def _joined(pieces: list[str]) -> str:
    """Return an expression for pieces with anything between them, which never goes back: it takes no long time."""
    first, *middle = pieces
    if not middle:
        return first
    last = middle.pop()
    return first + "".join(f"(?>.*?{each})" for each in middle) + ".*" + last


def _piece(found: re.Match[str], pattern: str) -> str:
    if found["one"]:
        return "."
    if found["group"] is None:
        return re.escape(found["escaped"] or found["plain"])
    group = found["group"].removeprefix("^")
    ranges = list(_RANGE.finditer(group))
    if not group or sum(len(each[0]) for each in ranges) != len(group):
        raise FunctionError(f'the pattern "{pattern}" has the group "{found[0]}", which is none; expected [a-z]', 1)
    inner = "".join(_range(each, pattern) for each in ranges)
    return f"[{'^' * found['group'].startswith('^')}{inner}]"


def _range(found: re.Match[str], pattern: str) -> str:
    low, high = found[1] or found[2], found[3] or found[4]
    if high is None:
        return re.escape(low)
    if high < low:
        raise FunctionError(f'the pattern "{pattern}" has "{found[0]}", which ends before it begins', 1)
    return f"{re.escape(low)}-{re.escape(high)}"
