"""Values for the variables of a project file: where they come from, and whether they are of their type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from milepost.host.language.evaluate import Evaluator
from milepost.host.language.values import Unknown, Value, described, number, plain_text
from milepost.host.project.project import Project, VariableBlock
from milepost.host.project.scope import Outside, Scope, project_scope
from milepost.sdk.problem import Problem, nearest
from milepost.sdk.request import Variable
from milepost.sdk.secret import Part, Secret

PREFIX = "MILEPOST_VAR_"
"""What an environment variable's name begins with that holds the value of a variable."""

_EXAMPLES = {"list(string)": '["a", "b"]', "map(string)": '{"key": "value"}'}
_LONGEST_NUMBER = 200


class _Given(NamedTuple):
    """A text from outside, and where it came from."""

    text: str
    source: str


def variables(
    project: Project, given: tuple[Variable, ...], outside: Outside, *, lenient: bool = False
) -> Mapping[str, Value]:
    """Return the value of each variable; a sensitive one is a Secret.

    A given one wins, then MILEPOST_VAR_NAME, then the block's `env`, then its default.
    Raises ProjectFileError with all that are missing, not declared, or not of their type; with `lenient`, for what
    goes by records, only those that are given wrongly, and what has no value is unknown.
    """
    problems: list[Problem] = []
    environment = outside.environment
    texts = _given(project, given, environment, problems)
    values: dict[str, Value] = {}
    for block in project.variables.values():
        wrong: list[Problem] = []
        text = texts.get(block.name) or _from_environment(block, environment)
        if text:
            values[block.name] = _of_text(block, text, wrong)
        elif block.default is not None:
            values[block.name] = _default(block, project_scope(project, "", outside), wrong)
        elif not any(each.name == block.name for each in given):
            wrong.append(_missing(block))
        if wrong and lenient and block.name not in texts:
            values[block.name] = Unknown(f"var.{block.name}")
        else:
            problems += wrong
    if problems:
        raise project.body.source.error(problems)
    return values


def _given(
    project: Project, given: tuple[Variable, ...], environment: Mapping[str, str], problems: list[Problem]
) -> dict[str, _Given]:
    """Return the texts that a request gives, the last one of a name."""
    texts = {}
    known = tuple(project.variables)
    for each in given:
        if each.name not in known:
            close = nearest(each.name, known)
            there = f"there is {', '.join(known)}" if known else "the project file declares none"
            hint = f"did you mean {close}?" if close else there
            problems.append(Problem(f'there is no variable "{each.name}"; it was given by {each.source}', hint=hint))
        elif each.value is not None:
            texts[each.name] = _Given(each.value, each.source)
        elif each.environment is not None and each.environment in environment:
            texts[each.name] = _Given(environment[each.environment], each.environment)
        else:
            message = f"the variable {each.name} was to be read from {each.environment}, which is not set"
            problems.append(Problem(message, hint=f"export {each.environment}=…"))
    return texts


def _from_environment(block: VariableBlock, environment: Mapping[str, str]) -> _Given | None:
    for name in (PREFIX + block.name, *block.env):
        if name in environment:
            return _Given(environment[name], name)
    return None


def _missing(block: VariableBlock) -> Problem:
    places = ", ".join(["--var", PREFIX + block.name, *block.env])
    message = f'the variable "{block.name}" has no default, and none of {places} gives a value'
    # What is typed on a command line stays in the shell's history, where no secret should be.
    hint = f"export {PREFIX}{block.name}=…" if block.sensitive else f"--var {block.name}=…"
    return Problem(message, block.position, hint=hint)


def _of_text(block: VariableBlock, given: _Given, problems: list[Problem]) -> Value:
    """Return a text from outside as the variable's type."""
    value = given.text if block.type in ("string", "any") else _parsed(block.type, given.text)
    if value is not None:
        return _marked(block, value)
    found = "a secret that is something else" if block.sensitive else described(given.text)
    message = f'the variable "{block.name}" is {_words(block.type)}; {given.source} gives {found}'
    problems.append(Problem(message, block.position))
    return None


def _parsed(kind: str, text: str) -> Value:
    """Return what a text means as a number, truth value, list or map; None if nothing."""
    if kind == "bool":
        return {"true": True, "false": False}.get(text)
    if kind == "number":
        return _number(text)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if _is_of(kind, value) else None


def _number(text: str) -> Value:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return number(text) if found.is_finite() and abs(found.adjusted()) < _LONGEST_NUMBER else None


def _is_of(kind: str, value: Any) -> bool:
    """Return whether a value is of a variable's type."""
    match kind:
        case "string":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        case "list(string)":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case "map(string)":
            return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return True


def _default(block: VariableBlock, scope: Scope, problems: list[Problem]) -> Value:
    """Return the default; it can use no names, since nothing is known before the variables are."""
    assert block.default is not None, "only asked for where there is one"
    evaluator = Evaluator(scope)
    value = evaluator.value(block.default)
    problems += evaluator.problems
    if value is None or evaluator.problems:
        return None
    if not _is_of(block.type, value) or (block.sensitive and not isinstance(value, (str, int, Decimal))):
        message = f'the variable "{block.name}" is {_words(block.type)}; its default is {described(value)}'
        problems.append(Problem(message, block.default.position))
        return None
    return _marked(block, value)


def _marked(block: VariableBlock, value: Value) -> Value:
    """Return the value of a sensitive variable as a secret that knows where it came from."""
    if block.sensitive and isinstance(value, (str, int, Decimal)):
        return Secret([Part(plain_text(value), f"var.{block.name}")])
    return value


def _words(kind: str) -> str:
    words = {"string": "a text", "number": "a number", "bool": "true or false", "any": "a single value"}
    return words.get(kind) or f"a {kind}, as JSON such as {_EXAMPLES[kind]}"
