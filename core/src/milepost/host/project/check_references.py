"""Whether the names in expressions refer to something, and to something that is known in time where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TypeAlias

from milepost.host.language.evaluate import unknown_root
from milepost.host.language.tree import Expression, Literal, Object, Reference, Step
from milepost.host.language.walk import references
from milepost.host.project.check_parts import guarded, wrong_part
from milepost.host.project.git_names import NAMES
from milepost.host.project.places import Place, Placed, placed
from milepost.host.project.project import Project
from milepost.host.project.scope import ROOTS
from milepost.host.project.variable_types import type_of
from milepost.sdk.problem import Position, Problem, Related, nearest

_LATER = {"artifact": "build", "deploy": "deploy"}
"""The names that a stage makes, and which."""

_TOO_EARLY: Mapping[Place, tuple[str, ...]] = {
    "outside": ("artifact", "deploy"),
    "config": ("artifact", "deploy"),
    "build": ("artifact", "deploy"),
    "registry": ("deploy",),
    "deploy": ("deploy",),
}
"""What is not known yet in a place."""

_IN_VALIDATION = ("var", "path", "workspace", "project", "git")
"""The names that the validation of a variable can begin with: what is known before any app is looked at."""

_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "workspace": ("name",),
    "project": ("name",),
    "app": ("name",),
    "path": ("project", "app", "pwd"),
    "git": NAMES,
    "config": ("env", "internal", "file"),
    "entrypoint": ("env",),
}
"""The names in those groups that are the same in every project."""

_TEXTS = ("workspace", "project", "app", "path")
"""Groups that hold texts only."""

Way: TypeAlias = tuple[Reference, ...]
"""References, each to a local in which the next one stands; the last one leads out of the locals."""


def check_references(project: Project) -> list[Problem]:
    """Return what is wrong with the references of a project file."""
    problems: list[Problem] = []
    check = _Check(project)
    for each in placed(project.body):
        problems += check.problems(each)
    return problems + check.circles()


class _Check:
    """The check of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def problems(self, each: Placed) -> Iterator[Problem]:
        """Yield what is wrong with the references in an expression."""
        # A default that refers to something is refused where variables are read, and types are no references.
        if each.place in ("type", "default"):
            return
        tried = guarded(each.expression)
        for reference in references(each.expression):
            found = self._leads_nowhere(reference, each.place) or self._too_early(reference, each.place)
            yield from found or (() if reference in tried else self._part(reference))

    def _leads_nowhere(self, reference: Reference, place: Place) -> list[Problem]:
        """Return that nothing is called that."""
        roots = _IN_VALIDATION if place == "validation" else ROOTS
        if reference.root not in ROOTS:
            message, position, hint = unknown_root(reference, roots)
            return [Problem(message, position, hint=hint)]
        if reference.root not in roots:
            message = f"{reference} cannot stand in a validation; it is not known yet when values are checked"
            return [Problem(message, reference.position, hint=f"use names that begin with {', '.join(roots)}")]
        return self._member(reference) or _elsewhere(reference, place)

    def _member(self, reference: Reference) -> list[Problem]:
        """Return that there is nothing of that name in a group, or nothing in what is a text."""
        name = _name(reference.steps[0]) if reference.steps else None
        if name is None:
            return []
        root, at = reference.root, reference.position
        if root == "var":
            known = tuple(self.project.variables)
            return [] if name in known else [missing("variable", name, known, at)]
        if root == "local":
            known = tuple(self.project.locals)
            return [] if name in known else [_no_local(name, known, at)]
        if root not in _MEMBERS:
            return []
        if name not in _MEMBERS[root]:
            return [_no_member(root, name, at)]
        if root in _TEXTS and len(reference.steps) > 1:
            return [Problem(f"{root}.{name} is a text, which has no parts", at, hint=f"write {root}.{name}")]
        return []

    def _part(self, reference: Reference) -> list[Problem]:
        """Return that a variable's value has no such part."""
        name = _name(reference.steps[0]) if reference.root == "var" and len(reference.steps) > 1 else None
        if name is None:
            return []
        kind = type_of(self.project.variables[name])
        problem = wrong_part(kind, f"var.{name}", reference.steps[1:], reference.position)
        return [problem] if problem else []

    def _too_early(self, reference: Reference, place: Place) -> list[Problem]:
        way = self._way(reference, _TOO_EARLY.get(place, ()))
        if way is None:
            return []
        where = f"in {place}" if place not in ("outside", "config") else "outside of the stages"
        message = f"{reference} is not available {where}"
        if len(way) > 1:
            message += f": {', '.join(f'{one} uses {other}' for one, other in pairwise(way))}"
        related = tuple(Related(f"{each} stands here", each.position) for each in way[1:])
        return [Problem(f"{message}; it is known after {_LATER[way[-1].root]}", reference.position, related=related)]

    def _way(self, reference: Reference, roots: tuple[str, ...]) -> Way | None:
        """Return the shortest way through locals from a reference to what begins with one of these roots."""
        ways: list[Way] = [(reference,)]
        visited: set[Reference] = set()
        for way in ways:
            last = way[-1]
            if last.root in roots:
                return way
            if last not in visited and (expression := self._local(last)) is not None:
                visited.add(last)
                ways += [(*way, each) for each in references(expression)]
        return None

    def _local(self, reference: Reference) -> Expression | None:
        """Return what a reference to a local stands for: all of it, or, of an object, what is asked for."""
        if reference.root != "local" or not reference.steps:
            return None
        expression = self.project.locals.get(_name(reference.steps[0]) or "")
        for step in reference.steps[1:]:
            expression = _part(expression, _name(step))
        return expression

    def circles(self) -> list[Problem]:
        """Return the locals that need each other."""
        known = self.project.locals
        graph = {
            name: tuple(dict.fromkeys(_name(each.steps[0]) or "" for each in references(value) if _is_local(each)))
            for name, value in known.items()
        }
        return [
            Problem(
                f"these locals need each other: {' → '.join(f'local.{each}' for each in (*circle, circle[0]))}",
                known[circle[0]].position,
                hint="take one of them out",
                related=tuple(Related(f"local.{each} stands here", known[each].position) for each in circle[1:]),
            )
            for circle in circles(graph)
        ]


def _is_local(reference: Reference) -> bool:
    return reference.root == "local" and bool(reference.steps)


def _part(expression: Expression | None, name: str | None) -> Expression | None:
    """Return the value of that name in an object that is written out; the whole expression where that is not clear."""
    if name is None or not isinstance(expression, Object):
        return expression
    found = [each.value for each in expression.entries if isinstance(each.key, Literal) and each.key.value == name]
    return found[-1] if found else expression


def _name(step: Step) -> str | None:
    """Return the name that a step is; None if it is something else."""
    return step.value if isinstance(step, Literal) and isinstance(step.value, str) else None


def _elsewhere(reference: Reference, place: Place) -> list[Problem]:
    """Return that the values of `config` blocks are known in these only."""
    if reference.root != "config" or place in ("config", "local"):
        return []
    message = f"{reference} can be used in config blocks only, and in locals that they use"
    return [Problem(message, reference.position, hint="write a local that both use")]


def _no_member(root: str, name: str, at: Position) -> Problem:
    known = tuple(f"{root}.{each}" for each in _MEMBERS[root])
    close = nearest(name, _MEMBERS[root])
    hint = f"did you mean {root}.{close}?" if close else f"there is {', '.join(known)}"
    return Problem(f"there is no {root}.{name}", at, hint=hint)


def _no_local(name: str, known: tuple[str, ...], at: Position) -> Problem:
    close = nearest(name, known)
    there = f"there is {', '.join(f'local.{each}' for each in known)}" if known else f"add locals {{ {name} = … }}"
    return Problem(f"there is no local.{name}", at, hint=f"did you mean local.{close}?" if close else there)


def missing(kind: str, name: str, known: tuple[str, ...], position: Position) -> Problem:
    """Return that there is no block of a kind with that name."""
    close = nearest(name, known)
    there = f"there is {', '.join(known)}" if known else f'add {kind} "{name}" {{ … }}'
    return Problem(f'there is no {kind} "{name}"', position, hint=f'did you mean "{close}"?' if close else there)


def circles(graph: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return one circle for each group of names that need each other, from its first one in the graph's order."""
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for start in graph:
        if start not in seen and (circle := _way_back(graph, start)):
            found.append(circle)
            seen.update(circle)
    return found


def _way_back(graph: Mapping[str, tuple[str, ...]], start: str) -> tuple[str, ...]:
    """Return the shortest way from a name back to itself; empty if there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    visited: set[str] = set()
    for way in ways:
        for name in graph.get(way[-1], ()):
            if name == start:
                return way
            if name not in visited:
                visited.add(name)
                ways.append((*way, name))
    return ()
