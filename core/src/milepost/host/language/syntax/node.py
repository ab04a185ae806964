"""What the lowering of every part of the language needs: the parser's nodes, their places, and where problems go."""

from __future__ import annotations

from typing import Protocol, TypeAlias
from unicodedata import normalize

from lark import Token, Tree

from milepost.host.language.source import Source
from milepost.host.language.syntax.scanned import DEPTH, Scanned
from milepost.host.language.tree import Expression, Literal
from milepost.sdk.problem import Position, Problem, Related

Node: TypeAlias = Tree[Token] | Token
"""What an expression is to the parser: a word or a number is a token, all else a tree."""


def start_of(node: Node) -> int:
    """Return the offset of the node's first character."""
    at = node.start_pos if isinstance(node, Token) else node.meta.start_pos
    assert at is not None, "the lexer gives each token its place"
    return at


def end_of(node: Node) -> int:
    """Return the offset after the node's last character."""
    at = node.end_pos if isinstance(node, Token) else node.meta.end_pos
    assert at is not None, "the lexer gives each token its place"
    return at


def normal(text: str) -> str:
    """Return a text in Unicode's form NFC, in which equal texts have equal characters."""
    return text if text.isascii() else normalize("NFC", text)


class Lower(Protocol):
    """Makes expressions of nodes: what the lowering of one part asks of the whole."""

    def __call__(self, node: Node) -> Expression:
        """Return the expression of a node."""


class Place:
    """One text being lowered: where its nodes are, how deep the lowering is in it, and what is wrong with it."""

    def __init__(self, source: Source, scanned: Scanned) -> None:
        self.source, self.text, self.scanned = source, source.text, scanned
        self.problems: list[Problem] = list(scanned.problems)
        self.depth = 0

    def between(self, start: int, end: int) -> Position:
        """Return the place of the characters from `start` up to `end`."""
        return self.source.position(start, end)

    def of(self, node: Node) -> Position:
        """Return the place of a node."""
        return self.source.position(start_of(node), end_of(node))

    def name(self, token: Token) -> str:
        """Return a name as it is written; the parser sees no letters beyond ASCII."""
        return normal(self.text[start_of(token) : end_of(token)])

    def problem(self, message: str, position: Position, hint: str = "", *related: Related) -> Literal:
        """Note what is wrong and the other places it is about; return what stands in place of it."""
        self.problems.append(Problem(message, position, hint=hint, related=related))
        return Literal(None, position)

    def deeper(self, start: int, levels: int = 1) -> None:
        """Count what is nested. Raises ProjectFileError where it is too deep to be worked out."""
        self.depth += levels
        if self.depth > DEPTH:
            self.problem(f"this is nested more than {DEPTH} deep", self.between(start, start + 1))
            raise self.source.error(self.problems)
