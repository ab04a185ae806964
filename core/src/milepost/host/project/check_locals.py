"""The ways through locals: to what a stage makes, and back to a local itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from milepost.host.language.tree import Expression, Literal, Object, Reference, Step
from milepost.host.language.walk import references
from milepost.host.project.circles import circles
from milepost.sdk.problem import Problem, Related

LATER: Mapping[str, str] = {"artifact": "build", "deploy": "deploy"}
"""The names that a stage makes, and which."""

_SHOWN = 10
"""How many names of a circle are shown."""

Way: TypeAlias = tuple[Reference, ...]
"""References, each to a local in which the next one stands; the last one leads out of the locals."""


class Locals:
    """The locals of a project, and what they refer to."""

    def __init__(self, expressions: Mapping[str, Expression]) -> None:
        self._expressions = expressions
        self._uses = {name: references(each) for name, each in expressions.items()}
        self._late = self._late_ones()

    def _late_ones(self) -> frozenset[str]:
        """Return the locals that use what a stage makes, straight or through others."""
        users: dict[str, list[str]] = {}
        for name, uses in self._uses.items():
            for each in map(local_name, uses):
                users.setdefault(each, []).append(name)
        found = dict.fromkeys(name for name, uses in self._uses.items() if any(each.root in LATER for each in uses))
        queue = list(found)
        for name in queue:
            new = [each for each in users.get(name, ()) if each not in found]
            found.update(dict.fromkeys(new))
            queue += new
        return frozenset(found)

    def way(self, reference: Reference, roots: Iterable[str]) -> Way | None:
        """Return the shortest way from a reference to what begins with one of these roots; None if there is none."""
        came_from: dict[Reference, Reference | None] = {reference: None}
        queue = [reference]
        for last in queue:
            if last.root in roots:
                return _back(came_from, last)
            for each in self._next(last):
                if each not in came_from:
                    came_from[each] = last
                    queue.append(each)
        return None

    def _next(self, reference: Reference) -> Iterable[Reference]:
        """Return the references in what a reference to a local means, as far as they may lead to a stage."""
        name = local_name(reference)
        if name not in self._late:
            return ()
        meant = self._expressions[name]
        for step in reference.steps[1:]:
            meant = _part(meant, step_name(step))
        uses = self._uses[name] if meant is self._expressions[name] else references(meant)
        return (each for each in uses if each.root in LATER or local_name(each) in self._late)

    def circles(self) -> list[Problem]:
        """Return the locals that need each other."""
        known = self._expressions
        graph = {name: tuple(dict.fromkeys(map(local_name, uses))) for name, uses in self._uses.items()}
        return [
            Problem(
                f"these locals need each other: {' → '.join(_round([f'local.{each}' for each in circle]))}",
                known[circle[0]].position,
                hint="take one of them out",
                related=tuple(Related(f"local.{each} stands here", known[each].position) for each in circle[1:_SHOWN]),
            )
            for circle in circles(graph)
        ]


def _round(circle: list[str]) -> tuple[str, ...]:
    """Return the names of a circle as they are shown: from the first one to itself, many of them in part."""
    return (*circle, circle[0]) if len(circle) <= _SHOWN else (*circle[:_SHOWN], "…", circle[0])


def local_name(reference: Reference) -> str:
    """Return the name of the local that a reference is to; empty if it is to something else."""
    return (step_name(reference.steps[0]) or "") if reference.root == "local" and reference.steps else ""


def step_name(step: Step) -> str | None:
    """Return the name that a step is; None if it is something else."""
    return step.value if isinstance(step, Literal) and isinstance(step.value, str) else None


def _part(expression: Expression, name: str | None) -> Expression:
    """Return the value of that name in an object that is written out; the whole expression where that is not clear."""
    if name is None or not isinstance(expression, Object):
        return expression
    found = [each.value for each in expression.entries if isinstance(each.key, Literal) and each.key.value == name]
    return found[-1] if found else expression


def _back(came_from: Mapping[Reference, Reference | None], last: Reference) -> Way:
    way = [last]
    while (before := came_from[way[-1]]) is not None:
        way.append(before)
    return tuple(reversed(way))
