"""The literal parts of quoted texts and templates: escapes, strip markers, and the margin that `<<-` takes away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from lark import Token, Tree

from milepost.host.language.syntax.node import Node, Place, end_of, normal, start_of
from milepost.host.language.syntax.scanned import Heredoc

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|\$\$\{|%%\{", re.DOTALL)
_SHORT = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class Text:
    """A literal part of a text: what it means, and where it stands."""

    __slots__ = ("end", "start", "value")

    def __init__(self, value: str, start: int, end: int) -> None:
        self.value, self.start, self.end = value, start, end


Part: TypeAlias = Text | Tree[Token]
"""A literal part, or something in braces."""


def quoted_parts(children: Sequence[Node], place: Place) -> list[Part]:
    """Return the parts of a quoted text, strip markers applied."""
    parts: list[Part] = []
    for child in children:
        if isinstance(child, Tree):
            parts.append(child)
        else:
            start, end = start_of(child), end_of(child)
            parts.append(Text(_unescaped(place.text[start:end]), start, end))
    _strip(parts, place.text)
    return parts


def bare_parts(children: Sequence[Node], place: Place, within: Heredoc) -> list[Part]:
    """Return the parts of a template without quotes, its literal parts line by line; margin and blanks are gone."""
    parts: list[Part] = []
    for child in children:
        if isinstance(child, Tree):
            parts.append(child)
        else:
            # The parser sees the first and the last line of a heredoc as text, too.
            start, end = max(start_of(child), within.start), min(end_of(child), within.end)
            parts += _lines(place.text, start, end) if within.flush or len(children) > 1 else [_line(place, start, end)]
    _strip(parts, place.text)
    if within.flush:
        _cut_margin(parts)
    return parts


def joined(texts: Sequence[Text], place: Place) -> tuple[str, int, int]:
    """Return what several literal parts in a row mean, and where they begin and end."""
    return normal("".join(each.value for each in texts)), texts[0].start, texts[-1].end


def _line(place: Place, start: int, end: int) -> Text:
    return Text(_unmasked(place.text[start:end]), start, end)


def _lines(text: str, start: int, end: int) -> list[Part]:
    """Return a literal part cut after each line end."""
    return [Text(_unmasked(found.group()), *found.span()) for found in _LINE.finditer(text, start, end)]


def _unmasked(raw: str) -> str:
    return raw.replace("$${", "${").replace("%%{", "%{")


def _unescaped(raw: str) -> str:
    """Return what a part of a quoted text means; its escapes have been checked."""
    return _ESCAPE.sub(_meant, raw) if "\\" in raw or "{" in raw else raw


def _meant(found: re.Match[str]) -> str:
    escape = found.group()
    if escape[0] in "$%":
        return escape[1:]
    if escape[1] in "uU" and len(escape) > 2:
        number = int(escape[2:], 16)
        return chr(number) if number <= 0x10FFFF else ""
    return _SHORT.get(escape[1], "")


def _strip(parts: Sequence[Part], text: str) -> None:
    """Take the blanks away that strip markers point at; of a template's lines, only the nearest one is touched."""
    for number, part in enumerate(parts):
        if isinstance(part, Text):
            continue
        before, after = parts[number - 1] if number else None, parts[number + 1] if number + 1 < len(parts) else None
        if isinstance(before, Text) and text[start_of(part) + 2] == "~":
            before.value = before.value.rstrip()
        if isinstance(after, Text) and text[end_of(part) - 2] == "~":
            after.value = after.value.lstrip()


def _cut_margin(parts: Sequence[Part]) -> None:
    """Take from each line the smallest indentation of those that are not blank."""
    margins, indented, begins = [], [], True
    for part in parts:
        if begins:
            value = part.value if isinstance(part, Text) else ""
            if not (value.isspace() and value.endswith("\n")):
                margins.append(len(value) - len(value.lstrip()))
                indented.append(part)
        begins = isinstance(part, Text) and part.value.endswith("\n")
    cut = min(margins, default=0)
    for part in indented:
        if isinstance(part, Text):
            part.value = part.value[cut:]
