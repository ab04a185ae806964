"""The tree as plain JSON values and back: what is cached, and what travels to another process."""

from __future__ import annotations

from typing import Any

from milepost.host.project.source import Source
from milepost.host.project.tree import (
    Attribute,
    Block,
    Body,
    Call,
    Content,
    Entry,
    Expression,
    Items,
    Label,
    Literal,
    Number,
    Object,
    Reference,
    Template,
)
from milepost.sdk.problem import Position

FORMAT = 1
"""Raise it with each change of the tree, of its document, or of what is lowered and refused and how."""


def encode(body: Body) -> list[Any]:
    """Return a body as JSON values."""
    arguments = [[each.name, _expression(each.value), *_place(each.position)] for each in body.attributes.values()]
    blocks = [
        [block.type, [[each.text, *_place(each.position)] for each in block.labels], encode(block.body)]
        for block in body.blocks
    ]
    return [arguments, blocks, *_place(body.position)]


def _place(position: Position) -> tuple[int, int, int, int]:
    return position[1:]


def _expression(expression: Expression) -> list[Any]:
    place = _place(expression.position)
    match expression:
        case Literal():
            return ["l", expression.value, *place]
        case Number():
            return ["n", expression.text, *place]
        case Template():
            return ["t", [_expression(each) for each in expression.parts], *place]
        case Items():
            return ["i", [_expression(each) for each in expression.items], *place]
        case Object():
            pairs = [[_expression(each.key), _expression(each.value)] for each in expression.entries]
            return ["o", pairs, *place]
        case Reference():
            return ["r", [expression.root, *map(_expression, expression.steps)], *place]
        case Call():
            return ["c", [expression.name, *map(_expression, expression.arguments)], *place]


def decode(values: list[Any], source: Source) -> Body:
    """Return the body that `encode` made of the source's text. Raises ValueError, TypeError or KeyError for others."""
    return _Decoder(source).body(values)


class _Decoder:
    """Makes nodes whose positions are in one file."""

    def __init__(self, source: Source) -> None:
        self.source, self.file = source, source.file

    def body(self, values: list[Any]) -> Body:
        arguments, blocks, *place = values
        return Body(lambda: self.content(arguments, blocks), self.position(*place), self.source)

    def content(self, arguments: list[Any], blocks: list[Any]) -> Content:
        attributes = {
            name: Attribute(name, self.expression(value), self.position(*at)) for name, value, *at in arguments
        }
        return attributes, tuple(map(self.block, blocks))

    def block(self, values: list[Any]) -> Block:
        kind, labels, body = values
        inner = self.body(body)
        return Block(kind, tuple(Label(text, self.position(*at)) for text, *at in labels), inner, inner.position)

    def position(self, line: int, column: int, end_line: int, end_column: int) -> Position:
        return Position(self.file, line, column, end_line, end_column)

    def expression(self, values: list[Any]) -> Expression:
        kind, content, *place = values
        at = self.position(*place)
        match kind:
            case "l":
                return Literal(content, at)
            case "n":
                return Number(content, at)
            case "t":
                return Template(self.several(content), at)
            case "i":
                return Items(self.several(content), at)
            case "o":
                entries = (Entry(self.expression(key), self.expression(value)) for key, value in content)
                return Object(tuple(entries), at)
            case "r":
                return Reference(content[0], self.several(content[1:]), at)
            case "c":
                return Call(content[0], self.several(content[1:]), at)
        raise ValueError(f"{kind!r} is no kind of expression")

    def several(self, values: list[Any]) -> tuple[Expression, ...]:
        return tuple(map(self.expression, values))
