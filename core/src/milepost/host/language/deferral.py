"""Names whose expressions are evaluated when somebody asks, `local.*`: what needs what, and circles among them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from milepost.host.language.provenance import step_text
from milepost.host.language.scope import Deferred, Scope
from milepost.host.language.tree import Expression, Literal, Reference
from milepost.host.language.walk import references
from milepost.sdk.problem import Position, Problem


class Name(NamedTuple):
    """A name, as `local.x`, its expression, and where it is asked for."""

    text: str
    expression: Expression
    position: Position


class Order(NamedTuple):
    """What must be evaluated for a name, in this order; or the circle that it is in."""

    names: list[Name]
    circle: list[str]
    problem: Problem | None = None


def order(scope: Scope, asked: Name, known: Container[str]) -> Order:
    """Return the names that one needs and that are not `known`, itself last, without going deep for a long chain."""
    found: list[Name] = []
    done: set[str] = set()
    # In the order in which they are come upon, the last one first to be done.
    way = {asked.text: (asked, _needed(scope, asked.expression))}
    while way:
        name, needed = next(reversed(way.values()))
        following = next((each for each in needed if each.text not in done and each.text not in known), None)
        if following is None:
            way.popitem()
            done.add(name.text)
            found.append(name)
            continue
        if following.text in way:
            circle = list(way)[list(way).index(following.text) :]
            return Order(found, circle, circular(circle, following.position))
        way[following.text] = (following, _needed(scope, following.expression))
    return Order(found, [])


def circular(names: list[str], position: Position) -> Problem:
    """Return what to say about names that need each other in a circle."""
    shown = [*names, names[0]] if len(names) < 10 else [*names[:9], "…", names[0]]
    return Problem(f"these need each other: {' → '.join(shown)}", position, hint="write one of them without the others")


def _needed(scope: Scope, expression: Expression) -> Iterator[Name]:
    for each in references(expression):
        yield from _behind(scope, each)


def _behind(scope: Scope, reference: Reference) -> Iterator[Name]:
    """Return the names that a reference asks for: one, or all of a group."""
    value: Any = scope.root(reference.root)
    where = reference.root
    for step in reference.steps:
        group = value.expressions if isinstance(value, Deferred) else value
        # What is not plain to see is evaluated when it is come upon.
        name = step.value if isinstance(step, Literal) else None
        if not isinstance(group, Mapping) or not isinstance(name, str) or name not in group:
            return
        where = where + step_text(name)
        if isinstance(value, Deferred):
            yield Name(where, value.expressions[name], reference.position)
            return
        value = group[name]
    yield from _all(value, where, reference.position)


def _all(value: Any, where: str, position: Position) -> Iterator[Name]:
    if isinstance(value, Deferred):
        for name, each in value.expressions.items():
            yield Name(where + step_text(name), each, position)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _all(each, where + step_text(name), position)
