"""JSON as it is written: values with their places, numbers with all their digits, properties in their order.

Python's own reader forgets where things stand, takes `NaN`, and lets the last of two properties win.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from milepost.host.language.json_syntax.path import Path, shown
from milepost.host.language.source import Source
from milepost.sdk.problem import Problem

DEPTH = 100
"""How deep lists and objects may be nested."""

_BLANK = re.compile(r"[ \t\r\n]*+")
_INSIDE = re.compile(r'(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_TEXT = re.compile(f'"({_INSIDE.pattern})"')
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")
_NUMBER = re.compile(r"(-?)((?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+)(?![\w.+-])")
_WORD = re.compile(r"[^\W\d]\w*+")
_PIECE = re.compile(r"[\w.+-]++|[^\s\w]")
_WORDS = {"true": True, "false": False, "null": None}
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_DIGITS, _EXPONENT = 200, 300


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Digits:
    """A number as it is written, its sign apart."""

    sign: str
    digits: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """`true`, `false` or `null`."""

    value: bool | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Array:
    """Values in brackets."""

    items: tuple[Value, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Property:
    """A name and its value."""

    name: Text
    value: Value


@dataclass(frozen=True, slots=True)
class Members:
    """Properties in braces; a name may be there twice."""

    properties: tuple[Property, ...]
    start: int
    end: int


Value: TypeAlias = Text | Digits | Word | Array | Members


def read_json(source: Source) -> Value:
    """Return the value that a text is. Raises ProjectFileError with the place of the first thing that is no JSON."""
    return _Reader(source).whole()


def decoded(raw: str) -> tuple[str, list[int]]:
    """Return what stands between the quotes of a text, and where in `raw` each character of it begins, and the end."""
    places: list[int] = []
    parts, at = [], 0
    for found in _ESCAPE.finditer(raw):
        parts.append(raw[at : found.start()])
        places += range(at, found.start() + 1)
        parts.append(_character(found.group()))
        at = found.end()
    parts.append(raw[at:])
    places += range(at, len(raw) + 1)
    return "".join(parts), places


def _character(escape: str) -> str:
    if escape[1] != "u":
        return _SHORT.get(escape[1], escape[1])
    return escape.encode("ascii").decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Reader:
    """Reads a text from its start to its end."""

    def __init__(self, source: Source) -> None:
        self.source, self.text, self.at = source, source.text, 0
        self.path: Path = ()
        self.open: list[int] = []
        """Where the lists and objects begin that are not closed yet."""

    def whole(self) -> Value:
        value = self._value()
        self._blank()
        if self.at < len(self.text):
            self._unexpected("the end of the file")
        return value

    def _blank(self) -> str:
        """Pass over blanks, and return the character after them; empty at the end."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def _value(self) -> Value:
        match self._blank():
            case '"':
                return self._text()
            case "{":
                return self._members()
            case "[":
                return self._array()
            case _:
                return self._word()

    def _word(self) -> Value:
        start = self.at
        if found := _NUMBER.match(self.text, start):
            mantissa, _, exponent = found[2].lower().partition("e")
            if len(mantissa) > _DIGITS or len(exponent) > 5 or abs(int(exponent or "0")) > _EXPONENT:
                self._stop("this number is too long", start, found.end())
            self.at = found.end()
            return Digits(found[1], found[2], start, self.at)
        word = _WORD.match(self.text, start)
        if word is None or word.group() not in _WORDS:
            self._unexpected("a value")
        self.at = word.end()
        return Word(_WORDS[word.group()], start, self.at)

    def _text(self) -> Text:
        found = _TEXT.match(self.text, self.at)
        if found is None:
            self._wrong_text()
        start, raw, self.at = self.at, found[1], found.end()
        value = decoded(raw)[0] if "\\" in raw else raw
        if "\\u" in raw and (half := _half(raw)):
            begin = start + 1 + half.start()
            self._stop(
                f"{half.group()} is half of a character", begin, begin + 6, "write both halves, or the character"
            )
        return Text(value, start, self.at)

    def _array(self) -> Array:
        items: list[Value] = []
        start = self._opened()
        path = self.path
        while self._more("]", bool(items), "a value"):
            self.path = (*path, len(items))
            items.append(self._value())
            self.path = path
        return Array(tuple(items), start, self.at)

    def _members(self) -> Members:
        properties: list[Property] = []
        start = self._opened()
        path = self.path
        while self._more("}", bool(properties), "a name in double quotes"):
            if self._blank() != '"':
                self._unexpected("a name in double quotes")
            name = self._text()
            self.path = (*path, name.value)
            if self._blank() != ":":
                self._unexpected('":" and a value')
            self.at += 1
            properties.append(Property(name, self._value()))
            self.path = path
        return Members(tuple(properties), start, self.at)

    def _opened(self) -> int:
        if len(self.open) >= DEPTH:
            self._stop(f"this is nested more than {DEPTH} deep", self.at, self.at + 1)
        self.open.append(self.at)
        self.at += 1
        return self.open[-1]

    def _more(self, close: str, begun: bool, wanted: str) -> bool:
        """Return whether something more stands in a list or object; the comma before it, or its end, is consumed."""
        found = self._blank()
        if found == close:
            self.at += 1
            self.open.pop()
            return False
        if not begun:
            return True
        if found != ",":
            self._unexpected(f'"," or "{close}"')
        comma, self.at = self.at, self.at + 1
        if self._blank() == close:
            self._stop(f'found "{close}" after a comma, expected {wanted}', comma, comma + 1, "leave the comma out")
        return True

    def _unexpected(self, wanted: str) -> NoReturn:
        """Say what was found here instead of what is wanted."""
        if self.at >= len(self.text):
            if self.open:
                start = self.open[-1]
                sign = self.text[start]
                close = "}" if sign == "{" else "]"
                self.path = self.path[: len(self.open) - 1]
                self._stop(f'the "{sign}" that stands here is not closed', start, start + 1, f'add "{close}"')
            self._stop(f"found the end of the file, expected {wanted}", self.at, self.at)
        piece = _PIECE.match(self.text, self.at)
        found = piece.group() if piece else self.text[self.at]
        shorter = found if len(found) <= 40 else f"{found[:40]}…"
        self._stop(f'found "{shorter}", expected {wanted}', self.at, self.at + len(found), _hint(self.text, self.at))

    def _wrong_text(self) -> NoReturn:
        """Say what is wrong with the text that begins here."""
        good = _INSIDE.match(self.text, self.at + 1)
        end = good.end() if good else self.at + 1
        stop = self.text[end : end + 1]
        if stop == "\\":
            hint = 'a backslash stands before ", \\, /, b, f, n, r, t or uNNNN'
            escape = self.text[end : end + 2].rstrip()
            self._stop(f"{escape} is not an escape", end, end + len(escape), hint)
        if stop == "\t":
            self._stop("a tab cannot stand in a text", end, end + 1, 'write "\\t"')
        self._stop("this text is not closed on its line", self.at, end, 'add a ", or write "\\n" for a new line')

    def _stop(self, message: str, start: int, end: int, hint: str = "") -> NoReturn:
        place = f" (in {shown(self.path)})" if self.path else ""
        raise self.source.error([Problem(message + place, self.source.position(start, end), hint=hint)])


def _half(raw: str) -> re.Match[str] | None:
    """Return the first escape that is one half of a pair, without the other."""
    halves = (found for found in _ESCAPE.finditer(raw) if len(found.group()) == 6)
    return next((found for found in halves if 0xD800 <= int(found.group()[2:], 16) <= 0xDFFF), None)


_HINTS: tuple[tuple[str, str], ...] = (
    ("'", 'JSON has double quotes only: "like this"'),
    ("//", 'JSON has no comments; write a property "//": "…"'),
    ("/*", 'JSON has no comments; write a property "//": "…"'),
    ("#", 'JSON has no comments; write a property "//": "…"'),
    ("=", 'JSON has ":" between a name and its value'),
)


def _hint(text: str, at: int) -> str:
    """Return what to do about something that is often written."""
    return next((hint for sign, hint in _HINTS if text.startswith(sign, at)), "")
