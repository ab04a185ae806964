"""Which files of a context an ignore file leaves out, exactly as BuildKit and the Docker CLI decide it.

The rules are not those of `.gitignore`: a pattern counts from the context's folder, the last one that matches decides,
and one that begins with `!` takes back what stands before it, also below a folder that was left out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from milepost.sdk import OperationError

_SPECIAL = re.compile(r"[*?\[\]\\]")
_PIECES = re.compile(r"\*\*/?|\\.|.", re.DOTALL)

Seen = tuple[bool, ...]
"""Which of the patterns a folder, or one above it, matches; its entries need not be tried with those again."""


@dataclass(frozen=True)
class Pattern:
    """A line of an ignore file."""

    text: str
    """As written, cleaned, without its `!`."""
    takes_back: bool
    matches: Callable[[str], bool]


class Ignore:
    """All lines of an ignore file, asked for one path after the other, a folder before what is in it."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        self.takes_back = any(each.takes_back for each in self._patterns)
        """Whether there may be something to send below a folder that is left out."""

    def leaves_out(self, path: str, above: Seen | None) -> tuple[bool, Seen]:
        """Return whether a path is left out, and what its entries are to be asked with; `above` is its folder's."""
        is_out = False
        seen = []
        for number, pattern in enumerate(self._patterns):
            does = above is not None and above[number]
            # What cannot change the answer is not tried, and counts as no match below, as in Docker.
            if not does and pattern.takes_back == is_out:
                does = pattern.matches(path)
            if does:
                is_out = not pattern.takes_back
            seen.append(does)
        return is_out, tuple(seen)

    def is_left_out(self, path: str) -> bool:
        """Return whether a path is left out, by itself or by a folder above it."""
        parts = path.split("/")
        above: Seen | None = None
        is_out = False
        for at in range(len(parts)):
            is_out, above = self.leaves_out("/".join(parts[: at + 1]), above)
        return is_out


def read_ignore(text: str, where: str) -> Ignore:
    """Return what an ignore file says. Raises OperationError for a pattern that is none, with its line."""
    patterns = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        pattern = _cleaned(line)
        if pattern == "!":
            raise OperationError(f"{where}, line {number}: `!` stands alone", hint="name what it takes back, or #")
        try:
            patterns.append(_pattern(pattern))
        except re.error as error:
            raise OperationError(f"{where}, line {number}: {line.strip()!r} is no pattern: {error}") from error
    return Ignore(patterns)


def _cleaned(line: str) -> str:
    """Return a line as a path below the context: without `.`, `..`, doubled and outer slashes."""
    text = line.strip()
    mark, text = ("!", text[1:].strip()) if text.startswith("!") else ("", text)
    if text:
        text = posixpath.normpath(text)
        # Python keeps two slashes at the beginning, which mean one.
        text = text.lstrip("/") or "/" if text.startswith("/") else text
    return mark + text


def _pattern(text: str) -> Pattern:
    """Return a cleaned line as a pattern. Raises re.error."""
    takes_back = text.startswith("!")
    text = text.removeprefix("!")
    return Pattern(text, takes_back, _matcher(text))


def _matcher(text: str) -> Callable[[str], bool]:
    """Return what tells whether a path matches."""
    # Docker looks for these two by their ends, so that `**foo` is what ends with foo, not what is called so.
    if text.startswith("**") and not _SPECIAL.search(text[2:]):
        end = text[2:]
        return lambda path: path.endswith(end) or (end.startswith("/") and path == end[1:])
    if text.endswith("**") and not _SPECIAL.search(text[:-2]):
        return partial(_begins, text[:-2])
    return partial(_is_like, re.compile(_expression(text)))


def _begins(start: str, path: str) -> bool:
    return path.startswith(start)


def _is_like(expression: re.Pattern[str], path: str) -> bool:
    return expression.fullmatch(path) is not None


def _expression(text: str) -> str:
    """Return the regular expression of a pattern."""
    return "".join(_piece(found[0], is_last=found.end() == len(text)) for found in _PIECES.finditer(text))


def _piece(piece: str, *, is_last: bool) -> str:
    """Return a piece of a pattern as one of a regular expression."""
    if piece.startswith("**"):
        return ".*" if is_last else "(.*/)?"
    if piece in ("*", "?"):
        return "[^/]*" if piece == "*" else "[^/]"
    # What stands in brackets is a class in both; a backslash takes the next one as it is.
    if piece in ("[", "]", "^", "-") or (piece.startswith("\\") and len(piece) > 1):
        return piece
    return re.escape(piece)
