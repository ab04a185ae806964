"""From JSON to our tree: whoever knows the blocks says which properties are blocks; all others are arguments.

A block is an object, or a list of objects for several blocks; its label is a property of its own:
`{"app": {"web": {"build": {"use": {"docker": {"tag": "v1"}}}}}}`. Texts of arguments are templates, in which quotes and
backslashes mean nothing more. A property `"//"` is a comment, except as a key of an argument's value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from milepost.host.language.json_syntax.reader import Members, Property, Value, read_json
from milepost.host.language.json_syntax.values import Arguments, found, position_of
from milepost.host.language.source import Source
from milepost.host.language.tree import Attribute, Block, Body, Label
from milepost.sdk.problem import Position, Problem, Related

COMMENT = "//"
EDITORS = "$schema"
"""What names, at the top of a file, the schema by which editors check it: nothing for anybody else."""


class Nested(Protocol):
    """How a block may stand in another one."""

    @property
    def shape(self) -> Shape:
        """What may stand in it."""

    @property
    def label(self) -> str:
        """What its label means; empty: it has none."""


class Shape(Protocol):
    """Which properties of an object are blocks."""

    @property
    def blocks(self) -> Mapping[str, Nested]:
        """The blocks, by their types."""

    @property
    def types(self) -> tuple[str, ...]:
        """The arguments whose text is a type, `list(string)`, rather than a template."""

    @property
    def foreign(self) -> bool:
        """Whether others know of more blocks in it: they are objects in the tree, and may have comments."""


class _Place(NamedTuple):
    """Where a block begins: the position of its type or label, and what it is called in messages."""

    position: Position
    name: str
    labels: tuple[Label, ...] = ()


def lower_json(source: Source, shape: Shape, cache: Path | None = None) -> Body:
    """Return the tree of a project file in JSON. Raises ProjectFileError with all that is wrong.

    `cache` is a folder where the tables of the grammar of templates may be kept.
    """
    bodies = _Bodies(source, Arguments(source, cache))
    root = _Place(source.position(0, 0), "the file")
    objects = bodies.objects(read_json(source), root)
    properties = [each for members in objects for each in members.properties if each.name.value != EDITORS]
    body = bodies.body(properties, shape, root.position)
    if bodies.problems:
        raise source.error(bodies.problems)
    return body


def lower_json_values(source: Source) -> Body:
    """Return the tree of a file of values: one object, whose texts are plain. Raises ProjectFileError."""
    values = Arguments(source, None, templates=False)
    bodies = _Bodies(source, values)
    root = read_json(source)
    if not isinstance(root, Members):
        message = f"found {found(root)}, expected an object with the values by their names"
        raise source.error([Problem(message, position_of(source, root), hint='write { "NAME": … }')])
    body = bodies.body(list(root.properties), None, source.position(0, 0))
    if bodies.problems:
        raise source.error(bodies.problems)
    return body


class _Bodies:
    """Bodies and blocks, one level after the other."""

    def __init__(self, source: Source, values: Arguments) -> None:
        self.source, self.values, self.problems = source, values, values.problems

    def body(self, properties: list[Property], shape: Shape | None, position: Position) -> Body:
        """Return what stands in a block; an argument that is given twice counts once and is a problem."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        for each in properties:
            name = each.name.value
            nested = shape.blocks.get(name) if shape else None
            if name == COMMENT:
                continue
            if nested is not None:
                blocks += self._blocks(each, nested)
            elif name in attributes:
                self._twice(each, attributes[name].position)
            else:
                attributes[name] = self._attribute(each, shape)
        content = attributes, tuple(blocks)
        return Body(lambda: content, position, self.source)

    def objects(self, value: Value, place: _Place) -> Iterator[Members]:
        """Yield the object that a value is, or the objects in a list; null is none, anything else is a problem."""
        for each in self.values.items(value):
            if isinstance(each, Members):
                yield each
                continue
            message = f"{place.name}: found {found(each)}, expected an object with what stands in it"
            self.problems.append(Problem(message, position_of(self.source, each), hint="write { … }"))

    def _attribute(self, written: Property, shape: Shape | None) -> Attribute:
        name = written.name.value
        if shape and name in shape.types:
            value = self.values.type(written.value)
        else:
            value = self.values.expression(written.value, comments=shape is not None and shape.foreign)
        return Attribute(name, value, position_of(self.source, written.name))

    def _twice(self, second: Property, first: Position) -> None:
        message = f'"{second.name.value}" is set twice; it is set at line {first.line}, column {first.column} already'
        at = position_of(self.source, second.name)
        related = (Related("it is set here already", first),)
        self.problems.append(Problem(message, at, hint="leave one of them out", related=related))

    def _blocks(self, written: Property, nested: Nested) -> Iterator[Block]:
        """Yield the blocks of a property: by its label, where the block has one."""
        kind = written.name.value
        place = _Place(position_of(self.source, written.name), kind)
        if not nested.label:
            yield from self._several(kind, written.value, nested, place)
            return
        for each in self._labelled(written.value, nested, place):
            name = each.name.value
            at = position_of(self.source, each.name)
            inner = _Place(at, f'{kind} "{name}"', (Label(name, at),))
            yield from self._several(kind, each.value, nested, inner)

    def _labelled(self, value: Value, nested: Nested, place: _Place) -> Iterator[Property]:
        """Yield the labels of a block, each with its bodies."""
        for each in self.values.items(value):
            if isinstance(each, Members):
                yield from (inner for inner in each.properties if inner.name.value != COMMENT)
                continue
            message = (
                f"{place.name}: found {found(each)}, expected an object with {nested.label} as the name of a property"
            )
            hint = f'write "{place.name}": {{"NAME": {{ … }}}}'
            self.problems.append(Problem(message, position_of(self.source, each), hint=hint))

    def _several(self, kind: str, value: Value, nested: Nested, place: _Place) -> Iterator[Block]:
        """Yield a block for each object; several in a list begin where their own braces do."""
        one = isinstance(value, Members)
        for each in self.objects(value, place):
            at = place.position if one or place.labels else self.source.position(each.start, each.start + 1)
            yield Block(kind, place.labels, self.body(list(each.properties), nested.shape, at), at)
