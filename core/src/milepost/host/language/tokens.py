"""A file of the language as lines of tokens with their comments, for who writes it anew: nothing is lost in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<blank>[ \t]+) | (?P<newline>\r?\n) | (?P<comment>\#[^\n]*|//[^\n]*|/\*(?:.|\n)*?\*/)
    | <<-?(?P<heredoc>[^\W\d][\w-]*)[ \t]*(?=\r?\n) | (?P<quote>") | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d][\w-]*) | (?P<sign>\.\.\.|=>|==|!=|<=|>=|&&|\|\||::|.)
    """,
    re.VERBOSE,
)
_INSIDE_TEXT = re.compile(r'\\.|\$\$\{|%%\{|(?P<open>[$%]\{)|(?P<end>")|[^"\\$%]+|.', re.DOTALL)
_BRACKETS = re.compile(r'(?P<open>\{)|(?P<close>\})|(?P<quote>")|[^{}"]+')


class Token(NamedTuple):
    """A piece of a line that is never cut: a name, a sign, a whole text with all that is in it."""

    kind: str
    """`word`, `number`, `sign`, `quote`, `heredoc` or `comment`."""
    text: str


class Line(NamedTuple):
    """The tokens of one line; a token may itself have several lines, and a heredoc's text follows its line."""

    tokens: tuple[Token, ...]
    heredoc: str
    """The text of the heredoc that begins in this line, its last line included, as it stands; empty for none."""


def lines(text: str) -> Iterator[Line]:
    """Yield the lines of a text whose syntax is known to be right."""
    at, heredoc = 0, ""
    found: list[Token] = []
    while at < len(text):
        matched = _TOKEN.match(text, at)
        assert matched is not None, "the last alternative matches all but line ends, which have their own"
        kind, at = matched.lastgroup or "", matched.end()
        if kind == "newline":
            stop = _heredoc_end(text, at, heredoc) if heredoc else at
            yield Line(tuple(found), text[at:stop])
            at, found, heredoc = stop, [], ""
        elif kind == "quote":
            start, at = matched.start(), _text_end(text, at)
            found.append(Token(kind, text[start:at]))
        elif kind != "blank":
            heredoc = matched["heredoc"] or heredoc
            found.append(Token(kind, matched.group().rstrip("\r\n")))
    if found:
        yield Line(tuple(found), "")


def _heredoc_end(text: str, start: int, marker: str) -> int:
    """Return where the line after a heredoc's marker begins."""
    while start < len(text):
        end = text.find("\n", start)
        stop = len(text) if end < 0 else end + 1
        if text[start:stop].strip() == marker:
            return stop
        start = stop
    return start


def _text_end(text: str, at: int) -> int:
    """Return the end of a quoted text, given the place after its first quote."""
    while matched := _INSIDE_TEXT.match(text, at):
        at = matched.end()
        if matched["end"]:
            return at
        if matched["open"]:
            at = _braces_end(text, at)
    return at


def _braces_end(text: str, at: int) -> int:
    """Return the place after the brace that closes a `${` or `%{`, given the place after that."""
    depth = 1
    while depth and (matched := _BRACKETS.match(text, at)):
        at = matched.end()
        depth += bool(matched["open"]) - bool(matched["close"])
        if matched["quote"]:
            at = _text_end(text, at)
    return at
