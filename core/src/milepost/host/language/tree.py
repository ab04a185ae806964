"""Our own small tree of a project file: blocks, arguments and expressions, each with its position.

It knows nothing of the parser that the text was read with, and nothing is evaluated in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, TypeAlias, dataclass_transform

from milepost.host.language.source import Source
from milepost.sdk.problem import Position


@dataclass_transform(frozen_default=True)
class Node:
    """A node of an expression: made with its fields in their order, never changed, equal by type and fields.

    Thirteen dataclasses would take as long to be imported as Python takes to start, and every command
    imports them; as tuples they would be one recursive type that mypy comes to no end with.
    """

    _names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._names = tuple(cls.__annotations__)

    def __init__(self, *fields: Any) -> None:
        self.__dict__.update(zip(self._names, fields, strict=True))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.__dict__.values()))})"


class Literal(Node):
    """A text, a truth value or null, as written."""

    value: str | bool | None
    position: Position


class Number(Node):
    """A number, kept as its digits."""

    text: str
    position: Position


class Template(Node):
    """A text with `${…}` in it: literals and other expressions in turn; one alone keeps its type."""

    parts: tuple[Expression, ...]
    position: Position


class Items(Node):
    """A list in brackets."""

    items: tuple[Expression, ...]
    position: Position


class Entry(NamedTuple):
    """A key and its value in an object."""

    key: Expression
    value: Expression


class Object(Node):
    """An object in braces; a key may be an expression."""

    entries: tuple[Entry, ...]
    position: Position


class Splat(Node):
    """`[*]` or `.*`: its steps are taken from each item of what stands before it."""

    steps: tuple[Step, ...]
    position: Position


class Reference(Node):
    """A name and the way from it: `var.x` is the root `var` and one step, the text `x`."""

    root: str
    steps: tuple[Step, ...]
    position: Position

    def __str__(self) -> str:
        """Return it as one would write it, up to the first step that is not a name."""
        names = [self.root]
        for step in self.steps:
            if not isinstance(step, Literal) or not isinstance(step.value, str):
                break
            names.append(step.value)
        return ".".join(names)


class Access(Node):
    """The way from something that is no name: `f(x)[0]`."""

    target: Expression
    steps: tuple[Step, ...]
    position: Position


class Call(Node):
    """A function's name and its arguments; with `spreads`, the items of the last one are arguments each (`f(x...)`)."""

    name: str
    arguments: tuple[Expression, ...]
    spreads: bool
    position: Position


class Unary(Node):
    """Signs before an operand, outermost first: `-`, `!`, `!!`."""

    signs: str
    operand: Expression
    position: Position


class Operation(NamedTuple):
    """A sign and the operand to the right of it; the position is that of the sign."""

    sign: str
    operand: Expression
    position: Position


class Operations(Node):
    """Operands with signs between them, worked out from the left: `a - b + c`.

    What binds more tightly, on the right of a sign, is an operand of its own. So a chain of any length is flat.
    """

    first: Expression
    rest: tuple[Operation, ...]
    position: Position


class Branch(NamedTuple):
    """A condition, and the value if it holds."""

    condition: Expression
    value: Expression


class Conditional(Node):
    """`c ? x : y`; further conditions after the colon are further branches, so that a chain of any length is flat."""

    branches: tuple[Branch, ...]
    otherwise: Expression
    position: Position


class For(Node):
    """A `for` expression: a list, or an object where there is a `key`."""

    key_name: str | None
    """What the items' keys or numbers are called in it."""
    name: str
    """What the items are called in it."""
    collection: Expression
    key: Expression | None
    value: Expression
    condition: Expression | None
    groups: bool
    """Whether values of the same key make a list (`...`)."""
    position: Position


class Join(Node):
    """The items of a list as one text: what `%{ for }` means."""

    items: Expression
    position: Position


Expression: TypeAlias = (
    Literal
    | Number
    | Template
    | Items
    | Object
    | Reference
    | Access
    | Call
    | Unary
    | Operations
    | Conditional
    | For
    | Join
)
Step: TypeAlias = Expression | Splat


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
