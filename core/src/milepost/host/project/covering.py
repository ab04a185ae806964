"""Problems in files that give values to sensitive variables, told without showing what stands in the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from milepost.host.language.tree import Attribute
from milepost.host.project.stages import VariableBlock
from milepost.sdk.problem import Position, Problem

_LEAST = 3
"""Characters of a word that a message may not share with a line that is not shown."""

_JSON_PATH = re.compile(r" \(in .*\)$", re.DOTALL)
_HINT = "the text is not shown, since the file gives values to sensitive variables"

Variables = Mapping[str, VariableBlock]


def covered_syntax(problems: Iterable[Problem], variables: Variables) -> tuple[Problem, ...]:
    """Return problems of a file that could not be read: nobody knows which part of it is whose value."""
    return tuple(_covered_syntax(each, variables) for each in problems)


def _covered_syntax(problem: Problem, variables: Variables) -> Problem:
    message = _JSON_PATH.sub("", problem.message)
    lines = (problem.source, problem.last, *(each.excerpt.text for each in problem.related if each.excerpt))
    if any(piece in line for piece in _pieces(message, variables) for line in lines):
        message = "this cannot be read"
    return problem._replace(message=message, source="", last="", hint=_HINT, related=())


def _pieces(message: str, variables: Variables) -> Iterator[str]:
    """Yield all short pieces of a message's words; the names of variables are no secrets."""
    for word in re.findall(r"\w+", message):
        if word not in variables:
            yield from (word[start : start + _LEAST] for start in range(len(word) - _LEAST + 1))


def covered(
    problems: Iterable[Problem], variables: Variables, attributes: Mapping[str, Attribute]
) -> tuple[Problem, ...]:
    """Return problems of a file that was read; lines are shown where nothing stands but values that are not secret.

    What has a name that is not declared may be meant for a sensitive variable: then no more than the name is shown.
    """
    secret = [each for name, each in attributes.items() if name not in variables or variables[name].sensitive]
    return tuple(_covered(each, secret) for each in problems)


def _covered(problem: Problem, secret: Iterable[Attribute]) -> Problem:
    at = problem.position
    if at is None or not any(_meet(at, each) for each in secret):
        return problem
    begins = at.column if any(at == each.position for each in secret) and at.line == at.end_line else problem.begins
    shown = problem.source[begins - problem.begins : at.end_column - problem.begins] if begins == at.column else ""
    return problem._replace(source=shown, begins=begins, last="", related=())


def _meet(at: Position, attribute: Attribute) -> bool:
    """Return whether a place shares a line with an argument."""
    return at.line <= max(attribute.position.end_line, attribute.value.position.end_line) and (
        attribute.position.line <= at.end_line
    )
