"""Our own small tree of a project file: blocks, arguments and expressions, each with its position.

It knows nothing of the parser that the text was read with, and nothing is evaluated in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from milepost.host.project.source import Source
from milepost.sdk.problem import Position


class Literal(NamedTuple):
    """A text, a truth value or null, as written."""

    value: str | bool | None
    position: Position


class Number(NamedTuple):
    """A number, kept as its digits."""

    text: str
    position: Position


class Template(NamedTuple):
    """A text with `${…}` in it: literals and other expressions in turn; one alone keeps its type."""

    parts: tuple[Expression, ...]
    position: Position


class Items(NamedTuple):
    """A list in brackets."""

    items: tuple[Expression, ...]
    position: Position


class Entry(NamedTuple):
    """A key and its value in an object."""

    key: Expression
    value: Expression


class Object(NamedTuple):
    """An object in braces; a key may be an expression."""

    entries: tuple[Entry, ...]
    position: Position


class Reference(NamedTuple):
    """A name and the way from it: `var.x` is the root `var` and one step, the text `x`."""

    root: str
    steps: tuple[Expression, ...]
    position: Position

    def __str__(self) -> str:
        """Return it as one would write it, up to the first step that is not a name."""
        names = [self.root]
        for step in self.steps:
            if not isinstance(step, Literal) or not isinstance(step.value, str):
                break
            names.append(step.value)
        return ".".join(names)


class Call(NamedTuple):
    """A function's name and its arguments."""

    name: str
    arguments: tuple[Expression, ...]
    position: Position


Expression: TypeAlias = Literal | Number | Template | Items | Object | Reference | Call


class Attribute(NamedTuple):
    """An argument, `name = value`; the position is that of the name."""

    name: str
    value: Expression
    position: Position


class Label(NamedTuple):
    """A word after a block's type."""

    text: str
    position: Position


class Block(NamedTuple):
    """A block, `type "label" { … }`; the position is that of type and labels."""

    type: str
    labels: tuple[Label, ...]
    body: Body
    position: Position


Content = tuple[Mapping[str, Attribute], tuple[Block, ...]]
"""The arguments and the blocks of a body."""


class Body:
    """What stands in a block, or in the whole file; the position is that of the block's type and labels."""

    __slots__ = ("_content", "_load", "position", "source")

    def __init__(self, load: Callable[[], Content], position: Position, source: Source) -> None:
        # A cached tree is mostly not looked at: what stands in a body is made when somebody asks.
        self._load, self._content = load, None
        self.position, self.source = position, source

    _content: Content | None

    @property
    def content(self) -> Content:
        """The arguments by their names, and the blocks in the file's order."""
        if self._content is None:
            self._content = self._load()
        return self._content

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """The arguments by their names."""
        return self.content[0]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks in the file's order."""
        return self.content[1]

    def __eq__(self, other: object) -> bool:
        """Two are equal when the same stands in them at the same place of the same file."""
        return isinstance(other, Body) and (self.content, self.position, self.source) == (
            other.content,
            other.position,
            other.source,
        )

    __hash__ = None  # type: ignore[assignment]  # it holds mappings, which have no hash

    def part(self, is_in: Callable[[str], bool]) -> Body:
        """Return the body with those arguments and blocks only whose name `is_in`."""
        attributes = {name: each for name, each in self.attributes.items() if is_in(name)}
        blocks = tuple(each for each in self.blocks if is_in(each.type))
        return Body(lambda: (attributes, blocks), self.position, self.source)

    def of_type(self, name: str) -> tuple[Block, ...]:
        """Return the blocks of that type, in the file's order."""
        return tuple(each for each in self.blocks if each.type == name)

    def one(self, name: str) -> Block | None:
        """Return the first block of that type."""
        return next((each for each in self.blocks if each.type == name), None)

    def value(self, name: str) -> Expression | None:
        """Return the expression of the argument of that name."""
        return self.attributes[name].value if name in self.attributes else None


def inside(expression: Expression) -> tuple[Expression, ...]:
    """Return the expressions that stand directly in another."""
    match expression:
        case Template():
            return expression.parts
        case Items():
            return expression.items
        case Object():
            return tuple(part for entry in expression.entries for part in entry)
        case Reference():
            return expression.steps
        case Call():
            return expression.arguments
    return ()


def references(expression: Expression) -> tuple[Reference, ...]:
    """Return all references in an expression, itself included."""
    found: list[Reference] = [expression] if isinstance(expression, Reference) else []
    for each in inside(expression):
        found += references(each)
    return tuple(found)


def expressions(body: Body) -> tuple[Expression, ...]:
    """Return the values of all arguments in a body and the blocks in it."""
    found = [each.value for each in body.attributes.values()]
    for block in body.blocks:
        found += expressions(block.body)
    return tuple(found)
