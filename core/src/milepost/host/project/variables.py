"""The values of a project's variables, of their types; where they come from stands in `variable_sources`.

A variable without a type is as it is given. Null is of every type; where `nullable = false` says that it may not
be null, a null gives way to the default. A value that is `sensitive` is a secret, whatever its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.provenance import concealed, revealed
from milepost.host.language.tree import Expression
from milepost.host.language.values import Unknown, Value, described
from milepost.host.project.asking import Asking, Silent, answered
from milepost.host.project.covering import covered_syntax
from milepost.host.project.given_values import UnreadableError, json_value, plain_value, text_value
from milepost.host.project.late_variables import LateVariables
from milepost.host.project.project import Project
from milepost.host.project.scope import Outside, Scope, project_scope
from milepost.host.project.stages import VariableBlock
from milepost.host.project.validations import DEFAULT, Resolved, broken_validations
from milepost.host.project.variable_files import read_variable_file
from milepost.host.project.variable_sources import PREFIX, environment_name, undeclared, unshown
from milepost.host.project.variable_types import example_of, type_of
from milepost.sdk.errors import ProjectError, ProjectFileError
from milepost.sdk.problem import Position, Problem
from milepost.sdk.request import Variable


class Resolution(NamedTuple):
    """What is known of all variables of a project."""

    found: Mapping[str, Resolved]
    problems: tuple[Problem, ...]


def variables(
    project: Project,
    given: tuple[Variable, ...],
    outside: Outside,
    *,
    workspace: str = "default",
    lenient: bool = False,
) -> Mapping[str, Value]:
    """Return the value of each variable; a sensitive one is a secret.

    The last one `given` of a name wins, then the environment, then the default. Raises ProjectFileError with all
    that are missing, not declared, or not of their type; with `lenient`, for what goes by records, only those that
    somebody gave wrongly with the command, and what has no value is unknown. A default that comes from a config
    source is asked for when a variable with such a default is used.
    """

    def read(*, asks: bool) -> Mapping[str, Value]:
        found = resolved(project, given, outside, workspace=workspace, lenient=lenient, asks=asks)
        if found.problems:
            raise project.body.source.error(found.problems)
        return {name: each.value for name, each in found.found.items()}

    known = read(asks=False)
    late = any(isinstance(value, Unknown) for value in known.values())
    return LateVariables(known, lambda: read(asks=True)) if late else known


def resolved(
    project: Project,
    given: tuple[Variable, ...],
    outside: Outside,
    *,
    workspace: str = "default",
    lenient: bool = False,
    asks: bool = False,
) -> Resolution:
    """Return the value of each variable as `variables` does, its source, and what is wrong.

    Defaults that come from config sources are asked for together; unless it `asks`, they are unknown.
    """

    def evaluate(functions: Asking) -> tuple[Resolution, list[Problem]]:
        scope = replace(project_scope(project, workspace, outside), asking=functions)
        found = _resolution(project, given, scope, lenient=lenient)
        return found, list(found.problems)

    sources = outside.sources if asks else Silent(outside.sources)
    found, problems = answered(outside.functions, sources, evaluate)
    return found._replace(problems=tuple(problems))


def _resolution(project: Project, given: tuple[Variable, ...], scope: Scope, *, lenient: bool) -> Resolution:
    """Return what is known in one scope."""
    last = {each.name: each for each in given}
    problems = [undeclared(name, project, given_by=last[name].source) for name in last if name not in project.variables]
    found: dict[str, Resolved] = {}
    for block in project.variables.values():
        asked = last.get(block.name) or _of_environment(block, scope.outside.environment)
        try:
            found[block.name] = _value(block, asked, scope)
        except _WrongError as error:
            source = asked.source if asked else DEFAULT if block.default else ""
            found[block.name] = Resolved(Unknown(f"var.{block.name}"), source, error.problems)
            if not lenient or (asked is not None and not asked.found):
                problems += error.problems
    if not lenient:
        problems += broken_validations(project, found, scope)
    return Resolution(found, tuple(problems))


class _WrongError(Exception):
    """A variable has no value, or one that cannot be."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__()
        self.problems = problems


def _of_environment(block: VariableBlock, environment: Mapping[str, str]) -> Variable | None:
    name = environment_name(block, environment)
    return Variable(name=block.name, environment=name, source=name, found=True) if name else None


def _value(block: VariableBlock, asked: Variable | None, scope: Scope) -> Resolved:
    """Return the value that is given, else the default. Raises _WrongError."""
    if asked is not None:
        # What is given stands in no project file, so that no source is asked for it.
        came = _incoming(block, asked, replace(scope, asking=None))
        value = _typed(block, came, f"{asked.source} gives", block.position)
        if value is not None or block.nullable:
            return Resolved(value, asked.source)
        if block.default is None:
            message = f'the variable "{block.name}" may not be null; {asked.source} gives null'
            raise _WrongError(Problem(message, block.position))
    if block.default is None:
        raise _WrongError(_missing(block))
    return Resolved(_default(block, block.default, scope), DEFAULT)


def _incoming(block: VariableBlock, asked: Variable, scope: Scope) -> Value:
    """Return what is given to a variable, not of its type yet."""
    if asked.file is not None:
        return _of_file(block, asked.file, scope)
    text = asked.value if asked.environment is None else scope.outside.environment.get(asked.environment)
    if text is None:
        message = f"the variable {asked.name} was to be read from {asked.environment}, which is not set"
        raise _WrongError(Problem(message, hint=f"export {asked.environment}=…"))
    try:
        return json_value(text) if asked.form == "json" else text_value(text, type_of(block), asked.source, scope)
    except (UnreadableError, ValueError) as error:
        why = "" if block.sensitive else f": {error}"
        what = f"{asked.source} gives {_shown(block, text)}{why}"
        raise _WrongError(_mismatch(block, what, block.position)) from error


def _of_file(block: VariableBlock, file: str, scope: Scope) -> Value:
    """Return what a file gives to a variable."""
    try:
        read = read_variable_file(Path(file), Path(file).name, scope.outside.cache, secret=True)
        if block.name not in read.attributes:
            raise _WrongError(Problem(f'{file} gives no value to the variable "{block.name}" any more', block.position))
        expression = read.attributes[block.name].value
    except ProjectFileError as error:
        # What is read only now is secret.
        raise _WrongError(*covered_syntax(error.problems, {block.name: block})) from error
    except ProjectError as error:
        raise _WrongError(Problem(str(error), hint=error.hint)) from error
    try:
        return plain_value(expression, read.source, scope)
    except ProjectFileError as error:
        if block.sensitive:
            raise _WrongError(unshown(block, expression.position)) from error
        raise _WrongError(*error.problems) from error


def _default(block: VariableBlock, default: Expression, scope: Scope) -> Value:
    """Return the default; it can use the few names that are known before the variables are."""
    evaluator = Evaluator(scope)
    value = evaluator.value(default)
    if evaluator.problems:
        raise _WrongError(*evaluator.problems)
    if isinstance(value, Unknown):
        return Unknown(f"var.{block.name}")
    if value is None and not block.nullable:
        message = f'the variable "{block.name}" may not be null; its default is null'
        raise _WrongError(Problem(message, default.position))
    return _typed(block, value, "its default is", default.position)


def _typed(block: VariableBlock, value: Value, who: str, at: Position) -> Value:
    """Return a value as one of the variable's type, a secret if it is sensitive; `who` says where it came from."""
    kind = type_of(block)
    try:
        found = convert(value, kind) if kind else value
    except ConversionError as error:
        inner = isinstance(value, (list, dict)) and (error.path or (kind and kind.kind in ("tuple", "object")))
        why = f": {error}" if inner and not block.sensitive else ""
        raise _WrongError(_mismatch(block, f"{who} {_shown(block, value)}{why}", at)) from error
    if not block.sensitive or found is None:
        return found
    return concealed(revealed(found), f"var.{block.name}")


def _mismatch(block: VariableBlock, what: str, at: Position) -> Problem:
    """Return that a variable is of a type, and what it was given instead."""
    kind = type_of(block)
    message = f'the variable "{block.name}" is {kind.words if kind else "a value"}; {what}'
    example = example_of(kind) if kind else ""
    return Problem(message, at, hint=f"as in {example}" if example else "")


def _shown(block: VariableBlock, value: Value) -> str:
    if block.sensitive:
        return "a secret that is something else"
    return described(value.encode(errors="replace").decode() if isinstance(value, str) else value)


def _missing(block: VariableBlock) -> Problem:
    places = ", ".join(["--var", PREFIX + block.name, *block.env])
    message = f'the variable "{block.name}" has no default, and none of {places} gives a value'
    return Problem(message, block.position, hint=how_to_give(block))


def how_to_give(block: VariableBlock) -> str:
    """Return what to type to give a value to a variable."""
    # What is typed on a command line stays in the shell's history, where no secret should be.
    return f"export {PREFIX}{block.name}=…" if block.sensitive else f"--var {block.name}=…"
