"""Passages of output: lines that were printed together, kept as one text, so that a million of them cost little."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, groupby, repeat
from typing import NamedTuple

from milepost.sdk.store import OutputLine

LARGEST = 64 * 1024
"""How many characters a block holds, about: what is read to reach one line of it."""


class Passage(NamedTuple):
    """Lines of one source and stream that follow each other, printed at one time as far as we know."""

    first: int
    """The number of its first line."""
    at: str
    source: str
    stream: str
    text: str
    """The lines, each with its end."""
    amount: int
    """How many they are."""

    def lines(self, after: int = 0) -> Iterator[OutputLine]:
        """Yield the lines whose number is greater than `after`."""
        texts = self.text.split("\n")
        texts.pop()
        skipped = max(0, after + 1 - self.first)
        values = zip(
            count(self.first + skipped),
            repeat(self.at),
            repeat(self.source),
            repeat(self.stream),
            texts[skipped:] if skipped else texts,
            strict=False,
        )
        # Without a call of Python for each line: those who follow a run read as much as all programs print.
        return map(tuple.__new__, repeat(OutputLine), values)

    def split(self, size: int) -> tuple[Passage, Passage | None]:
        """Return the lines up to that many characters, one at the least, and the rest."""
        cut = self.text.find("\n", size) + 1
        if not 0 < cut < len(self.text):
            return self, None
        text = self.text[:cut]
        height = text.count("\n")
        rest = self._replace(first=self.first + height, text=self.text[cut:], amount=self.amount - height)
        return self._replace(text=text, amount=height), rest


class Printed(Iterable[OutputLine]):
    """Lines for a store, which may take them as passages or one by one."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages

    def __iter__(self) -> Iterator[OutputLine]:
        """Yield the lines in their order."""
        return (line for passage in self.passages for line in passage.lines())


def passages_of(lines: Iterable[OutputLine]) -> Sequence[Passage]:
    """Return lines as passages."""
    if isinstance(lines, Printed):
        return lines.passages
    numbered = enumerate(lines)
    groups = groupby(numbered, lambda each: (each[1].number - each[0], each[1].at, each[1].source, each[1].stream))
    return [_passage([line for _, line in group]) for _, group in groups]


def _passage(lines: Sequence[OutputLine]) -> Passage:
    """Return lines that belong together as one passage; an end of line within one is a line of its own no more."""
    first = lines[0]
    text = "".join(line.text.replace("\n", "\u2028") + "\n" for line in lines)
    return Passage(first.number, first.at, first.source, first.stream, text, len(lines))


class Block(NamedTuple):
    """Some passages as bytes, with the numbers of their first and last line."""

    first: int
    last: int
    body: bytes


def blocks_of(passages: Iterable[Passage], largest: int = LARGEST) -> Iterator[Block]:
    """Yield the passages as blocks of about that many characters."""
    gathered: list[Passage] = []
    size = 0
    for passage in passages:
        rest: Passage | None = passage
        while rest is not None:
            part, rest = rest.split(largest - size)
            gathered.append(part)
            size += len(part.text)
            if size >= largest:
                yield _block(gathered)
                gathered, size = [], 0
    if gathered:
        yield _block(gathered)


def _block(passages: Sequence[Passage]) -> Block:
    """Return passages as a block: a line of JSON that says what follows, then the texts."""
    head = json.dumps([[each.first, each.at, each.source, each.stream, each.amount] for each in passages])
    body = "\n".join([head, "".join(each.text for each in passages)])
    last = passages[-1]
    return Block(passages[0].first, last.first + last.amount - 1, body.encode("utf-8", "backslashreplace"))


def read(body: bytes) -> list[Passage]:
    """Return the passages of a block."""
    head, _, text = body.decode("utf-8").partition("\n")
    heads = json.loads(head)
    if len(heads) == 1:
        first, at, source, stream, amount = heads[0]
        return [Passage(first, at, source, stream, text, amount)]
    lines = text.split("\n")
    found, start = [], 0
    for first, at, source, stream, amount in heads:
        found.append(Passage(first, at, source, stream, "\n".join([*lines[start : start + amount], ""]), amount))
        start += amount
    return found


def packed(body: bytes) -> bytes:
    """Return a body so that it takes less room."""
    return zlib.compress(body, 1)


def unpacked(body: bytes) -> bytes:
    """Return a body as it was before it was packed."""
    return zlib.decompress(body)
