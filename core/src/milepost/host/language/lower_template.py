"""The text parts of quoted strings and heredocs: escapes, and the indentation that `<<-` takes away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from milepost.host.language.scan import Heredoc
from milepost.host.language.source import Source
from milepost.host.language.tree import Expression, Literal

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|\$\$\{|%%\{", re.DOTALL)
_SHORT = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class Piece(NamedTuple):
    """A part of a text by its offsets, and its expression if it is a `${…}`."""

    start: int
    end: int
    value: Expression | None


def quoted_text(raw: str) -> str:
    """Return what a part of a quoted text means; its escapes have been checked."""
    return _ESCAPE.sub(lambda found: _meant(found.group()), raw)


def _meant(escape: str) -> str:
    if escape[0] in "$%":
        return escape[1:]
    if escape[1] in "uU":
        return chr(int(escape[2:], 16))
    return _SHORT[escape[1]]


def heredoc_pieces(source: Source, heredoc: Heredoc, pieces: Sequence[Piece]) -> list[Expression]:
    """Return the parts of a heredoc: its texts as they stand, line by line, and its expressions."""
    parts: list[Piece] = []
    for piece in pieces:
        if piece.value is not None:
            parts.append(piece)
        else:
            parts += _lines(source.text, max(piece.start, heredoc.start), min(piece.end, heredoc.end))
    cut = _margin(source.text, parts) if heredoc.flush else 0
    result: list[Expression] = []
    for number, part in enumerate(parts):
        begins = number == 0 or source.text[parts[number - 1].end - 1] == "\n"
        result.append(part.value or _literal(source, part, cut if begins else 0))
    return result


def _lines(text: str, start: int, end: int) -> list[Piece]:
    """Return a text part cut after each line end."""
    pieces = []
    while start < end:
        newline = text.find("\n", start, end)
        stop = end if newline < 0 else newline + 1
        pieces.append(Piece(start, stop, None))
        start = stop
    return pieces


def _margin(text: str, parts: Sequence[Piece]) -> int:
    """Return the smallest indentation of the lines that are not blank."""
    margins = []
    begins = True
    for part in parts:
        raw = text[part.start : part.end] if part.value is None else "${"
        if begins and not (raw.isspace() and raw.endswith("\n")):
            margins.append(len(raw) - len(raw.lstrip()))
        begins = raw.endswith("\n")
    return min(margins, default=0)


def _literal(source: Source, part: Piece, cut: int) -> Literal:
    raw = source.text[part.start : part.end]
    # A blank line keeps what it has and does not count for the margin.
    if raw.strip() or not raw.endswith("\n"):
        raw = raw[cut:]
    return Literal(raw.replace("$${", "${").replace("%%{", "%{"), source.position(part.start, part.end))
