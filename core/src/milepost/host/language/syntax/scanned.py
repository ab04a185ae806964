"""What the scanner tells of a text: the masked characters, and what can be seen in them no more."""

from __future__ import annotations

from typing import Literal, NamedTuple

from milepost.sdk.problem import Problem

DEPTH = 100
"""How deep brackets, blocks and `${…}` may be nested."""

Kind = Literal["file", "value", "template"]
"""What a text is: a whole file, one expression, or a template as in a heredoc."""


class Heredoc(NamedTuple):
    """Where a heredoc's text lies, and whether its indentation is taken away (`<<-`)."""

    start: int
    end: int
    flush: bool


class Scanned(NamedTuple):
    """A text that the parser can be trusted with, and what it does not tell."""

    masked: str
    heredocs: dict[int, Heredoc]
    """By their start."""
    ends: tuple[int, ...]
    """Where the lines end that no bracket goes beyond: between two of them is one item of the file."""
    problems: tuple[Problem, ...]
    """What is wrong already."""
    broken: tuple[int, ...]
    """Where the parser, which sees something else, says nothing of use about the same item."""


class Frame(NamedTuple):
    """Something that was opened, by how its inside is read, and where; a heredoc's `limit` is the end of its text."""

    kind: str
    start: int
    limit: int = 0

    @property
    def sign(self) -> str:
        """The sign it was opened by."""
        return "{" if self.kind in ("body", "for") else self.kind
