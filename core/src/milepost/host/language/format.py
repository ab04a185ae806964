"""The one way to set blanks in a file of the language: indentation, spaces between tokens, columns of `=` and comments.

Only blanks change, so that a file means the same afterwards. Texts, heredocs and comments stay as they
are written. What it does with a file is what the formatter of the language's first implementation does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from milepost.host.language.tokens import Line, Token, lines

_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")
_BEFORE_NEGATION = frozenset("([{=:,?+*/%-<>!") | {"==", "!=", "<=", ">=", "&&", "||", "=>"}


@dataclass
class _Row:
    """A line as it will be written: what leads, what is assigned, the comment at its end."""

    lead: str
    indent: int
    assigned: str = ""
    comment: str = ""
    heredoc: str = ""

    @property
    def width(self) -> int:
        """How many columns the lead takes."""
        return self.indent + _columns(self.lead)


def formatted(text: str) -> str:
    """Return the text with its blanks set. Its syntax must be right; formatting twice changes nothing more."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    end = "\r\n" if "\r\n" in text else "\n"
    indents = _Indents()
    rows = [_row(line, indents) for line in lines(text.removeprefix("\ufeff"))]
    comments = _aligned(rows, lambda row: bool(row.assigned), lambda row: row.width)
    for row, column in zip(rows, comments, strict=True):
        if row.assigned:
            row.lead += " " * (column - row.width + 1) + row.assigned
    ends = _aligned(rows, lambda row: bool(row.comment), lambda row: row.width)
    written = []
    for row, column in zip(rows, ends, strict=True):
        if row.comment:
            row.lead += " " * (column - row.width + 1 if row.lead else 0) + row.comment
        written.append((" " * row.indent + row.lead if row.lead else "") + end + row.heredoc)
    return mark + "".join(written)


def _aligned(rows: Sequence[_Row], takes: Callable[[_Row], bool], width: Callable[[_Row], int]) -> Iterable[int]:
    """Yield for each row the widest of the unbroken chain of rows it belongs to; a heredoc's text breaks a chain."""
    texts = list(accumulate((bool(row.heredoc) for row in rows), initial=0))
    for (is_in, _), chain in groupby(zip(rows, texts, strict=False), lambda pair: (takes(pair[0]), pair[1])):
        members = [row for row, _ in chain]
        widest = max(map(width, members)) if is_in else 0
        for _ in members:
            yield widest


def _row(line: Line, indents: _Indents) -> _Row:
    """Return a line with its indentation and its spaces, its columns still to be aligned."""
    tokens = list(line.tokens)
    if not tokens:
        return _Row("", 0, heredoc=line.heredoc)
    indent = indents.of(tokens)
    comment = tokens.pop().text if len(tokens) > 1 and tokens[-1].kind == "comment" else ""
    assign = next((at for at, each in enumerate(tokens) if at and each.text == "=" and each.kind == "sign"), None)
    assigned = ""
    if assign is not None and _net(tokens[assign:]) == 0:
        assigned, tokens = _spaced(tokens[assign:]), tokens[:assign]
    return _Row(_spaced(tokens), indent, assigned, comment, line.heredoc)


class _Indents:
    """How deep lines stand: each that opens more than it closes is one level, however many brackets it opens."""

    def __init__(self) -> None:
        self._opened: list[int] = []

    def of(self, tokens: Sequence[Token]) -> int:
        """Return how many blanks come before a line, and take note of its brackets."""
        net = _net(tokens)
        if net > 0:
            self._opened.append(net)
            return 2 * (len(self._opened) - 1)
        closed = -net
        while closed and self._opened:
            taken = min(closed, self._opened[-1])
            closed -= taken
            self._opened[-1] -= taken
            if not self._opened[-1]:
                self._opened.pop()
        return 2 * len(self._opened)


def _net(tokens: Iterable[Token]) -> int:
    """Return how many more brackets are opened than closed."""
    signs = [each.text for each in tokens if each.kind == "sign"]
    return sum(each in _OPENS for each in signs) - sum(each in _CLOSES for each in signs)


def _spaced(tokens: Sequence[Token]) -> str:
    """Return tokens as one text, with a space between those that want one."""
    text = tokens[0].text
    for at in range(1, len(tokens)):
        before = tokens[at - 2] if at > 1 else None
        text += " " * _apart(before, tokens[at - 1], tokens[at]) + tokens[at].text
    return text


def _apart(before: Token | None, one: Token, other: Token) -> bool:
    """Whether a space stands between two tokens; `before` is what comes before both."""
    if one.text == "," or "in" in (one.text, other.text):
        return other.text not in (",", "...") or one.text == ","
    if _is_tight(one, other) or (one.text == "!" and one.kind == "sign"):
        return False
    if one.text == "-":
        return before is not None and not (before.kind == "sign" and before.text in _BEFORE_NEGATION)
    if one.text == "{" or other.text == "}":
        return one.text != "{" or other.text != "}"
    return one.text not in _OPENS and other.text not in _CLOSES


def _is_tight(one: Token, other: Token) -> bool:
    """Whether two tokens belong together: a call's name, a way through a value, an index."""
    if other.text in (",", "...") or {one.text, other.text} & {".", "::"}:
        return True
    follows_value = one.kind in ("word", "number") or one.text in _CLOSES
    return (one.kind == "word" and other.text == "(") or (other.text == "[" and follows_value)


def _columns(text: str) -> int:
    """Return how many columns the last line of a text takes on a screen."""
    last = text.rpartition("\n")[2]
    return sum(1 + (unicodedata.east_asian_width(each) in "WF") for each in last if not unicodedata.combining(each))
