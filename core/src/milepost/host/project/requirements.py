"""What a project file needs of those who read it: versions of milepost and of plugins, checked before all else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from milepost import __version__
from milepost.host.language.tree import Body, Expression, Literal
from milepost.host.predecessor import distribution_of
from milepost.host.project.versions import Constraint, VersionError, constraints_of, for_pip, fulfils
from milepost.sdk.problem import Problem

Installed = Callable[[str], Mapping[str, str] | None]
"""Returns the distributions that offer a plugin of that name, with their versions; None where nobody can tell."""


def demand(body: Body, installed: Installed) -> None:
    """Return if what a project file requires is there. Raises ProjectFileError with all that is not.

    This comes before the file is looked at otherwise: one for a newer version may have blocks that this one
    does not know, and the version is what its reader should hear of.
    """
    problems: list[Problem] = []
    for _, value, constraints in _wanted(body, "milepost"):
        if not fulfils(__version__, constraints):
            message = f"this project needs milepost {_text(value)}; installed is {__version__}"
            problems.append(Problem(message, value.position, hint=f"pip install 'milepost{for_pip(constraints)}'"))
    for name, value, constraints in _wanted(body, "plugin"):
        found = installed(name)
        problems += [] if found is None else _plugin(name, value, constraints, found)
    if problems:
        raise body.source.error(problems)


def wrong_constraints(body: Body) -> list[Problem]:
    """Return what is written as a version and is none."""
    problems = []
    for kind in ("milepost", "plugin"):
        for block in body.of_type(kind):
            value = block.body.value("version")
            if value is None or not _text(value):
                continue
            try:
                constraints_of(_text(value))
            except VersionError as error:
                hint = 'write version = ">= 1.2", "~> 1.2" or ">= 1.2, < 2"'
                problems.append(Problem(f"version: {error}", value.position, hint=hint))
    return problems


def _wanted(body: Body, kind: str) -> Iterator[tuple[str, Expression, tuple[Constraint, ...]]]:
    """Yield the names and the wanted versions of blocks of a kind, as far as they can be read."""
    for block in body.of_type(kind):
        value = block.body.value("version")
        if value is None or not _text(value):
            continue
        # What is no version is told with its place when the file is checked.
        with suppress(VersionError):
            yield block.labels[0].text if block.labels else "", value, constraints_of(_text(value))


def _text(value: Expression | None) -> str:
    """Return a plain text; an empty one for anything else, which is told elsewhere."""
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else ""


def _plugin(
    name: str, value: Expression, constraints: tuple[Constraint, ...], found: Mapping[str, str]
) -> list[Problem]:
    """Return what is wrong with the version of a plugin."""
    wanted = _text(value)
    if not found:
        message = f'this project needs the plugin "{name}" {wanted}; no installed distribution offers it'
        known = distribution_of(name)
        hint = f"pip install '{known}{for_pip(constraints)}'" if known else "milepost plugin list"
        return [Problem(message, value.position, hint=hint)]
    problems = []
    for distribution, version in found.items():
        try:
            is_fine = fulfils(version, constraints)
        except VersionError:
            is_fine = False
        if not is_fine:
            there = f"{distribution} {version or 'of an unknown version'}"
            message = f'this project needs the plugin "{name}" {wanted}; installed is {there}'
            problems.append(
                Problem(message, value.position, hint=f"pip install '{distribution}{for_pip(constraints)}'")
            )
    return problems
