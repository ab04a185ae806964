"""The tree as a document and back: what is cached, and what travels to another process.

A document is one line of JSON for each body, the inner ones first, where a block refers to the line of its body.
So what stands in a body is read when somebody asks, and most commands ask for little of a file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from milepost.host.language.source import Source
from milepost.host.language.tree import (
    Access,
    Attribute,
    Block,
    Body,
    Branch,
    Call,
    Conditional,
    Content,
    Entry,
    Expression,
    For,
    Items,
    Join,
    Label,
    Literal,
    Number,
    Object,
    Operation,
    Operations,
    Reference,
    Splat,
    Step,
    Template,
    Unary,
)
from milepost.host.language.walk import inside
from milepost.sdk.problem import Position

FORMAT = 5
"""Raise it with each change of the tree, of its document, or of what is lowered and refused and how."""

_CODES: dict[type[Any], str] = {
    Literal: "l",
    Number: "n",
    Template: "t",
    Items: "i",
    Object: "o",
    Reference: "r",
    Access: "a",
    Splat: "s",
    Call: "c",
    Unary: "u",
    Operations: "p",
    Conditional: "q",
    For: "f",
    Join: "j",
}


def encode(body: Body) -> bytes:
    """Return a body as a document, in ASCII and without a line end."""
    lines = bytearray()
    _write(body, lines)
    return bytes(lines[:-1])


def _write(body: Body, lines: bytearray) -> tuple[int, int]:
    """Add the lines of a body, and return where its own begins and ends."""
    arguments = [[each.name, _expression(each.value), *_place(each.position)] for each in body.attributes.values()]
    blocks = [
        [
            block.type,
            [[each.text, *_place(each.position)] for each in block.labels],
            *_write(block.body, lines),
            *_place(block.position),
        ]
        for block in body.blocks
    ]
    start = len(lines)
    lines += json.dumps([arguments, blocks], separators=(",", ":")).encode()
    lines += b"\n"
    return start, len(lines) - 1


def _place(position: Position) -> tuple[int, int, int, int]:
    return position[1:]


def _expression(expression: Step) -> list[Any]:
    kind = type(expression)
    content = _CONTENTS[kind](expression) if kind in _CONTENTS else _several(inside(expression))
    return [_CODES[kind], content, *_place(expression.position)]


def _several(expressions: tuple[Step, ...]) -> list[Any]:
    return list(map(_expression, expressions))


def _operations(chain: Operations) -> list[Any]:
    rest = ([each.sign, _expression(each.operand), *_place(each.position)] for each in chain.rest)
    return [_expression(chain.first), *rest]


def _loop(loop: For) -> list[Any]:
    parts = (loop.collection, loop.key, loop.value, loop.condition)
    return [loop.key_name, loop.name, loop.groups, *(each and _expression(each) for each in parts)]


_CONTENTS: dict[type[Any], Callable[[Any], Any]] = {
    Literal: lambda node: node.value,
    Number: lambda node: node.text,
    Object: lambda node: [[_expression(each.key), _expression(each.value)] for each in node.entries],
    Reference: lambda node: [node.root, *_several(node.steps)],
    Call: lambda node: [node.name, node.spreads, *_several(node.arguments)],
    Unary: lambda node: [node.signs, _expression(node.operand)],
    Operations: _operations,
    For: _loop,
}
"""What a node of a class holds, as JSON values; of the others, it is what stands in them."""


def decode(data: bytes, source: Source, start: int = 0) -> Body:
    """Return the body of the document that begins at `start` and ends with the data, made by `encode` of this source.

    Raises ValueError, TypeError or LookupError for other data.
    """
    last = data.rfind(b"\n", start) + 1 or start
    content = _Decoder(data, source, start).content(last - start, len(data) - start)
    return Body(lambda: content, Position(source.file, 1, 1, 1, 1), source)


class _Decoder:
    """Makes nodes whose positions are in one file."""

    def __init__(self, data: bytes, source: Source, start: int) -> None:
        self.data, self.source, self.start, self.file = data, source, start, source.file
        self.kinds: dict[str, Callable[[Any, Position], Any]] = {
            "l": Literal,
            "n": Number,
            "t": lambda content, at: Template(self.several(content), at),
            "i": lambda content, at: Items(self.several(content), at),
            "o": self.object,
            "r": lambda content, at: Reference(content[0], self.several(content[1:]), at),
            "a": lambda content, at: Access(self.expression(content[0]), self.several(content[1:]), at),
            "s": lambda content, at: Splat(self.several(content), at),
            "c": lambda content, at: Call(content[0], self.several(content[2:]), content[1], at),
            "u": lambda content, at: Unary(content[0], self.expression(content[1]), at),
            "p": self.operations,
            "q": self.conditional,
            "f": self.loop,
            "j": lambda content, at: Join(self.expression(content[0]), at),
        }

    def content(self, start: int, end: int) -> Content:
        """Return what stands in the body of the line that lies there."""
        arguments, blocks = json.loads(self.data[self.start + start : self.start + end])
        attributes = {
            name: Attribute(name, self.expression(value), self.position(*at)) for name, value, *at in arguments
        }
        return attributes, tuple(map(self.block, blocks))

    def block(self, values: list[Any]) -> Block:
        kind, labels, start, end, *place = values
        position = self.position(*place)
        body = Body(lambda: self.content(start, end), position, self.source)
        return Block(kind, tuple(Label(text, self.position(*at)) for text, *at in labels), body, position)

    def position(self, line: int, column: int, end_line: int, end_column: int) -> Position:
        return Position(self.file, line, column, end_line, end_column)

    def expression(self, values: list[Any]) -> Expression:
        """Return a node; a splat stands only where `step` is asked."""
        kind, content, *place = values
        return self.kinds[kind](content, self.position(*place))  # type: ignore[no-any-return]  # by its code

    def several(self, values: list[Any]) -> tuple[Expression, ...]:
        return tuple(map(self.expression, values))

    def object(self, content: list[Any], at: Position) -> Object:
        return Object(tuple(Entry(self.expression(key), self.expression(value)) for key, value in content), at)

    def operations(self, content: list[Any], at: Position) -> Operations:
        first, *rest = content
        operations = (Operation(sign, self.expression(value), self.position(*place)) for sign, value, *place in rest)
        return Operations(self.expression(first), tuple(operations), at)

    def conditional(self, content: list[Any], at: Position) -> Conditional:
        *parts, otherwise = self.several(content)
        return Conditional(tuple(map(Branch, parts[::2], parts[1::2])), otherwise, at)

    def loop(self, content: list[Any], at: Position) -> For:
        key_name, name, groups, *parts = content
        collection, key, value, condition = (each and self.expression(each) for each in parts)
        return For(key_name, name, collection, key, value, condition, groups, at)
