"""The pieces of a label selector: words, texts, numbers and signs, and what is wrong with other ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class SelectorError(Exception):
    """A selector that cannot be read, or a pattern in it that takes too long."""

    def __init__(self, message: str, start: int, end: int, *, hint: str = "") -> None:
        super().__init__(message)
        self.start, self.end, self.hint = start, end, hint
        """Which part of the selector's text is wrong, counted in code points from 0; `end` is behind it."""


class Token(NamedTuple):
    """A piece of a selector, and where it stands in its text."""

    kind: str
    """word, number, text, pointer (a quoted text that may name a label), sign or end."""
    value: str
    start: int
    end: int

    def __str__(self) -> str:
        """Return it as messages show it."""
        return "the end" if self.kind == "end" else self.value if self.kind == "sign" else f'"{self.value}"'


_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
      (?P<word>[A-Za-z][A-Za-z0-9_/]*(?:\.(?:[A-Za-z][A-Za-z0-9_/]*|[0-9]+))*)(?![-\w.])
    | (?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)(?![-\w.])
    | `(?P<raw>[^`]*)`
    | "(?P<text>(?:[^"\\\n]|\\.)*)"
    | (?P<sign>==|!=|[()])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.ASCII,
)
_POINTER = re.compile(r"/[\w.~:|-]+\Z")
_ESCAPE = re.compile(r"\\(?:([abfnrtv\\\"])|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})|(.))")
_SHORT = dict(zip('abfnrtv\\"', '\a\b\f\n\r\t\v\\"', strict=True))
_QUOTES = "a text with other characters than letters, digits, _, / stands in quotes"


def tokens(text: str) -> Iterator[Token]:
    """Return the pieces of a selector, the last of the kind `end`. Raises SelectorError for what is none."""
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            raise _unreadable(text, at)
        kind = str(found.lastgroup)
        start, end = found.span(kind)
        value = found[kind]
        if kind in ("raw", "text"):
            value = _unescaped(value, start) if kind == "text" else value
            kind = "pointer" if kind == "text" and _POINTER.match(value) else "text"
            start, end = start - 1, end + 1
        yield Token(kind, value, start, end)
        if kind == "end":
            return
        at = end


def _unreadable(text: str, at: int) -> SelectorError:
    start = len(text) - len(text[at:].lstrip(" \t\r\n"))
    end = next((i for i in range(start, len(text)) if text[i] in " \t\r\n()"), len(text))
    if text[start] in "\"`'":
        end = len(text)
        found = "single quotes are not valid" if text[start] == "'" else "this text has no closing quote"
        return SelectorError(found, start, end, hint='texts are written "like this" or `like this`')
    other = {"=": "write ==", "&&": "write and", "||": "write or", "!": "write not"}
    word = re.match(r"[=&|!]+", text[start:])
    hint = other.get(word[0] if word else "", _QUOTES)
    return SelectorError(f'"{text[start:end]}" cannot be read', start, end, hint=hint)


def _unescaped(text: str, start: int) -> str:
    def plain(found: re.Match[str]) -> str:
        short, byte, four, eight, octal, other = found.groups()
        if other is not None or (eight and int(eight, 16) > 0x10FFFF):
            where = start + found.start()
            hint = "in `…` a backslash is one, for patterns"
            raise SelectorError(f"{found[0]} is no escape", where, where + len(found[0]), hint=hint)
        return _SHORT[short] if short else chr(int(octal, 8) if octal else int(byte or four or eight, 16))

    return _ESCAPE.sub(plain, text)
