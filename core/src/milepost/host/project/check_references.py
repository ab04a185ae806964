"""Whether the names in expressions refer to something, and to something that is known in time where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from milepost.host.language.constraint import ConstraintError
from milepost.host.language.evaluate import unknown_root
from milepost.host.language.tree import Reference
from milepost.host.language.walk import references
from milepost.host.project.check_locals import LATER, Locals, step_name
from milepost.host.project.check_parts import guarded, wrong_part
from milepost.host.project.declared import KNOWN_FIRST
from milepost.host.project.git_names import NAMES
from milepost.host.project.places import Place, Placed, placed
from milepost.host.project.project import Project
from milepost.host.project.scope import ROOTS
from milepost.host.project.variable_types import type_of
from milepost.sdk.problem import Position, Problem, Related, nearest

_TOO_EARLY: Mapping[Place, tuple[str, ...]] = {
    "outside": ("artifact", "deploy"),
    "config": ("artifact", "deploy"),
    "build": ("artifact", "deploy"),
    "registry": ("deploy",),
    "deploy": ("deploy",),
}
"""What is not known yet in a place."""

_IN_VALIDATION = ("var", *KNOWN_FIRST)
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


def check_references(project: Project) -> list[Problem]:
    """Return what is wrong with the references of a project file."""
    problems: list[Problem] = []
    check = _Check(project)
    for each in placed(project.body):
        problems += check.problems(each)
    return problems + check.locals.circles()


class _Check:
    """The check of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.locals = Locals(project.locals)

    def problems(self, each: Placed) -> Iterator[Problem]:
        """Yield what is wrong with the references in an expression."""
        # Types are no references.
        if each.place == "type":
            return
        if each.place == "default":
            # One that refers to what is not known first is refused where variables are read.
            known = (one for one in references(each.expression) if one.root in KNOWN_FIRST)
            for one in known:
                yield from self._member(one)
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
        name = step_name(reference.steps[0]) if reference.steps else None
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
        name = step_name(reference.steps[0]) if reference.root == "var" and len(reference.steps) > 1 else None
        if name is None:
            return []
        try:
            kind = type_of(self.project.variables[name])
        except ConstraintError:
            # The declaration is told to be wrong; of what has no type nothing can be said.
            return []
        problem = wrong_part(kind, f"var.{name}", reference.steps[1:], reference.position)
        return [problem] if problem else []

    def _too_early(self, reference: Reference, place: Place) -> list[Problem]:
        way = self.locals.way(reference, _TOO_EARLY.get(place, ()))
        if way is None:
            return []
        where = f"in {place}" if place not in ("outside", "config") else "outside of the stages"
        message = f"{reference} is not available {where}"
        if len(way) > 1:
            message += f": {', '.join(f'{one} uses {other}' for one, other in pairwise(way))}"
        related = tuple(Related(f"{each} stands here", each.position) for each in way[1:])
        return [Problem(f"{message}; it is known after {LATER[way[-1].root]}", reference.position, related=related)]


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
