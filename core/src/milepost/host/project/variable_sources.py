"""Where the values of variables come from, brought together for a request.

What comes later in this list wins:

1. the `default` in the variable's block;
2. `*.auto.mpvars` and `*.auto.mpvars.json` in the project's folder, and Waypoint's `*.auto.wpvars` and
   `*.auto.wpvars.json`: all of them, in the order of their names;
3. `W.mpvars`, then `W.mpvars.json`, in the workspace W;
4. the environment: `WP_VAR_name`, then those that the variable's `env` names (the first one that is set), then
   `MILEPOST_VAR_name`;
5. the files of `--var-file`, in their order;
6. `--var` and `--var-env`, in their order.

A request carries plain values as they are, and of secret ones only where they stand, so that it can be kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from milepost.host.language.provenance import is_secret
from milepost.host.language.tree import Attribute
from milepost.host.project.covering import covered, covered_syntax
from milepost.host.project.given_values import is_text, json_text, plain_value
from milepost.host.project.project import Project
from milepost.host.project.scope import Outside, Scope, project_scope
from milepost.host.project.stages import VariableBlock
from milepost.host.project.variable_files import VariableFile, found_files, read_variable_file
from milepost.host.project.variable_types import takes_text
from milepost.sdk.errors import MilepostError, ProjectFileError
from milepost.sdk.problem import Position, Problem, nearest
from milepost.sdk.request import Variable

PREFIX = "MILEPOST_VAR_"
"""What an environment variable's name begins with that holds the value of a variable."""

OLD_PREFIX = "WP_VAR_"
"""The same in Waypoint."""


class ByHand(NamedTuple):
    """What somebody gives with a command."""

    values: tuple[Variable, ...] = ()
    files: tuple[str, ...] = ()
    """Variable files, absolute or from the folder where the command was typed."""


class Gathered(NamedTuple):
    """The values for a request."""

    variables: tuple[Variable, ...]
    """The later one of a name wins."""
    notes: tuple[str, ...] = ()
    """What is odd about them and does no harm."""
    strays: tuple[str, ...] = ()
    """What the environment holds for variables that there are not, by environment variable."""


def gathered(project: Project, workspace: str, by_hand: ByHand, outside: Outside, *, lenient: bool = False) -> Gathered:
    """Return the values that files, the environment and a command give to a project's variables.

    Raises ProjectFileError with all that is wrong in files and all names that are not declared, ProjectError for a
    file that cannot be read. With `lenient`, for what goes by records, what is wrong in files that nobody named is
    a note, and the file gives nothing.
    """
    gathering = _Gathering(project, outside)
    for path in found_files(project.folder, workspace):
        gathering.file(path, path.name, found=True, lenient=lenient)
    gathering.environment()
    for name in by_hand.files:
        gathering.named(name)
    gathering.by_hand(by_hand.values)
    if gathering.problems:
        raise ProjectFileError(tuple(gathering.problems))
    return Gathered(tuple(gathering.variables), tuple(gathering.notes), tuple(_strays(project, outside.environment)))


class _Gathering:
    """Values on their way into a request."""

    def __init__(self, project: Project, outside: Outside) -> None:
        self.project, self.outside = project, outside
        self.scope: Scope = project_scope(project, "", outside)
        self.variables: list[Variable] = []
        self.notes: list[str] = []
        self.problems: list[Problem] = []

    def named(self, name: str) -> None:
        """Take the values of a file that somebody named."""
        path = self.outside.pwd / name
        if os.path.isfile(path):
            self.file(path, name)
        else:
            self.problems.append(Problem(f"--var-file {name}: there is no file {path}", hint=f"ls {path.parent}"))

    def file(self, path: Path, shown: str, *, found: bool = False, lenient: bool = False) -> None:
        """Take the values of a file; `found` says that nobody named it."""
        read, known = None, self.project.variables
        # A misspelt name may be that of a secret, so that it is asked of the project and not of the file.
        secret = any(each.sensitive for each in known.values())
        try:
            read = read_variable_file(path, shown, self.outside.cache, secret=secret)
            self.variables += self._values(read, found=found)
        except MilepostError as error:
            told = error.problems if isinstance(error, ProjectFileError) else (Problem(str(error), hint=error.hint),)
            if secret and any(each.position for each in told):
                told = covered(told, known, read.attributes) if read else covered_syntax(told, known)
            if lenient:
                self.notes.append(f"{shown} is left out: {told[0].message}")
            else:
                self.problems += told

    def _values(self, file: VariableFile, *, found: bool) -> list[Variable]:
        """Return the values of a file. Raises ProjectFileError with all that is wrong."""
        variables: list[Variable] = []
        problems: list[Problem] = []
        for name, each in file.attributes.items():
            block = self.project.variables.get(name)
            if block is None:
                problems += file.source.error([undeclared(name, self.project, each.position)]).problems
                continue
            try:
                variables.append(self._value(block, file, each, found=found))
            except ProjectFileError as error:
                problems += error.problems
        if problems:
            raise ProjectFileError(tuple(problems))
        return variables

    def _value(self, block: VariableBlock, file: VariableFile, each: Attribute, *, found: bool) -> Variable:
        try:
            value = plain_value(each.value, file.source, self.scope)
        except ProjectFileError as error:
            if block.sensitive:
                raise ProjectFileError((unshown(block, each.value.position),)) from error
            raise
        given = Variable(name=block.name, source=str(each.value.position), found=found)
        if block.sensitive or is_secret(value):
            return replace(given, file=str(file.path))
        if isinstance(value, str) and takes_text(block):
            return replace(given, value=value)
        return replace(given, value=json_text(value), form="json")

    def environment(self) -> None:
        """Take the values of environment variables."""
        environment = self.outside.environment
        for block in self.project.variables.values():
            name = environment_name(block, environment)
            if name is not None:
                given = Variable(name=block.name, source=name, found=True)
                carried = not block.sensitive and is_text(environment[name])
                self.variables.append(
                    replace(given, value=environment[name]) if carried else replace(given, environment=name)
                )
            if name == OLD_PREFIX + block.name:
                self.notes.append(f"{name} is read as in Waypoint; milepost's own name for it is {PREFIX}{block.name}")

    def by_hand(self, variables: Iterable[Variable]) -> None:
        """Take what a command gives by its flags."""
        for each in variables:
            if each.name not in self.project.variables:
                self.problems.append(undeclared(each.name, self.project, given_by=each.source))
            self.variables.append(each)


def environment_name(block: VariableBlock, environment: Mapping[str, str]) -> str | None:
    """Return the environment variable that gives a variable's value; None if none is set."""
    names = (PREFIX + block.name, *block.env, OLD_PREFIX + block.name)
    return next((name for name in names if name in environment), None)


def unshown(block: VariableBlock, position: Position) -> Problem:
    """Return that a secret value cannot be evaluated, without showing anything of it."""
    return Problem(f'the value of the sensitive variable "{block.name}" cannot be evaluated', position)


def undeclared(name: str, project: Project, position: Position | None = None, given_by: str = "") -> Problem:
    """Return that there is no variable of that name, and which ones there are."""
    known = tuple(project.variables)
    close = nearest(name, known)
    there = f"there is {', '.join(known)}" if known else "the project file declares none"
    by = f"; it was given by {given_by}" if given_by else ""
    return Problem(f'there is no variable "{name}"{by}', position, hint=f"did you mean {close}?" if close else there)


def _strays(project: Project, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield what stands in the environment for variables that the project does not declare."""
    known = tuple(project.variables)
    for name in sorted(environment):
        for prefix in (PREFIX, OLD_PREFIX):
            meant = name.removeprefix(prefix)
            if meant not in (name, *known):
                close = nearest(meant, known)
                there = f"; did you mean {prefix}{close}?" if close else ""
                yield f'{name} is set, and there is no variable "{meant}"{there}'
