"""Walking over a tree: what stands in an expression or a body, and the names it refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from milepost.host.language.tree import Body, Call, Expression, For, Node, Reference


def inside(expression: Node) -> tuple[Any, ...]:
    """Return the expressions and splats that stand directly in one, in its order."""
    return tuple(_nodes(vars(expression).values()))


def _nodes(fields: Iterable[Any]) -> Iterator[Node]:
    for each in fields:
        if isinstance(each, Node):
            yield each
        elif isinstance(each, tuple):
            yield from _nodes(each)


def references(expression: Node, bound: frozenset[str] = frozenset()) -> tuple[Reference, ...]:
    """Return all references in an expression, itself included; those to `bound` names and to a `for`'s own left out."""
    found: list[Reference] = []
    if isinstance(expression, Reference) and expression.root not in bound:
        found.append(expression)
    for each in inside(expression):
        inner = bound
        if isinstance(expression, For) and each is not expression.collection:
            inner = bound | {expression.name, *filter(None, [expression.key_name])}
        found += references(each, inner)
    return tuple(found)


def calls(expression: Node) -> Iterator[Call]:
    """Yield the calls of functions in an expression, itself included."""
    if isinstance(expression, Call):
        yield expression
    for each in inside(expression):
        yield from calls(each)


def expressions(body: Body) -> tuple[Expression, ...]:
    """Return the values of all arguments in a body and the blocks in it."""
    found = [each.value for each in body.attributes.values()]
    for block in body.blocks:
        found += expressions(block.body)
    return tuple(found)
