"""The `config` blocks of an app: its environment variables and files, and what they are made of, evaluated.

The values of the project lie below those of the app, name by name; null takes a name away. Within
`env`, `internal` and `file`, a value may use others as `config.internal.NAME`. Sources are asked for
all values together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from milepost.host.language.constraint import Constraint
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.provenance import is_unknown
from milepost.host.language.scope import Deferred
from milepost.host.language.tree import Access, Expression, Literal, Object
from milepost.host.language.values import Marked, Unknown, Value, described
from milepost.host.project.asking import Asking, answered
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope
from milepost.host.project.stages import App
from milepost.sdk.problem import Position, Problem
from milepost.sdk.secret import Secret

KINDS = ("env", "internal", "file")
"""The arguments of a `config` block that hold values."""

_NOT_IN_NAMES = re.compile(r"[=\x00-\x1f\x7f]")
"""What an environment variable's name cannot have, or nobody could read it."""


class ConfigValue(NamedTuple):
    """A value of an app's config."""

    kind: str
    name: str
    value: str | Secret | Unknown
    """Unknown where a source would have to be asked and was not."""
    position: Position


class AppConfig(NamedTuple):
    """All of an app's config."""

    values: tuple[ConfigValue, ...]

    @property
    def env(self) -> dict[str, str | Secret]:
        """The environment variables of the app."""
        return self._known("env")

    @property
    def files(self) -> dict[str, str | Secret]:
        """The files of the app: path → content."""
        return self._known("file")

    def _known(self, kind: str) -> dict[str, str | Secret]:
        values = ((each.name, each.value) for each in self.values if each.kind == kind)
        return {name: value for name, value in values if not isinstance(value, Unknown)}


class _Written(NamedTuple):
    """A value as it stands in the file."""

    expression: Expression
    key: Position
    where: str
    """The block, for messages."""


_Names: TypeAlias = dict[str, _Written]
_Text: TypeAlias = str | Secret | Unknown
_EVALUATED = ("internal", "env", "file")
"""What others are mostly made of comes first, so that a mistake in it is told where it stands."""


def app_config(project: Project, app: App, scope: Scope) -> AppConfig:
    """Return the config of an app, its sources asked. Raises ProjectFileError with all that is wrong."""
    found, problems = read_config(project, app, scope)
    if problems:
        raise project.body.source.error(problems)
    return found


def read_config(project: Project, app: App, scope: Scope) -> tuple[AppConfig, list[Problem]]:
    """Return the config of an app, its sources asked, as far as it can be had, and what is wrong with the rest."""

    def evaluate(functions: Asking) -> tuple[AppConfig, list[Problem]]:
        reading = _Reading(replace(scope, asking=functions))
        return reading.config(tuple(_blocks(project, app)), functions)

    return answered(scope.functions, scope.outside.sources, evaluate)


def first_file(project: Project, app: App) -> Position | None:
    """Return where the first `file` of an app's config stands; None if it has no files."""
    return next((each.position for _, kind, each in _blocks(project, app) if kind == "file"), None)


def _blocks(project: Project, app: App) -> Iterator[tuple[str, str, Expression]]:
    """Yield what the `config` blocks hold: where it stands, its kind, and the expression, lowest first."""
    for body, place in ((project.body, "project"), (app.body, f'app "{app.name}"')):
        block = body.one("config")
        for kind in KINDS if block else ():
            expression = block.body.value(kind) if block else None
            if expression is not None:
                yield f"{place} > config > {kind}", kind, expression


class _Reading:
    """One evaluation of a config in a scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._problems: dict[tuple[str, Position | None], Problem] = {}

    def config(
        self, blocks: tuple[tuple[str, str, Expression], ...], functions: Asking
    ) -> tuple[AppConfig, list[Problem]]:
        """Return the config that the blocks make, and what is wrong with it."""
        names = self._names(blocks)
        evaluator = Evaluator(_within(self._scope, names))
        values = []
        for kind in _EVALUATED:
            for name, written in names[kind].items():
                value = self._text(evaluator, written, f"{written.where} > {name}", functions)
                self._check(kind, name, value, written)
                if value is not None:
                    values.append(ConfigValue(kind, name, value, written.expression.position))
        ordered = sorted(values, key=lambda each: KINDS.index(each.kind))
        return AppConfig(tuple(ordered)), list(self._problems.values())

    def _names(self, blocks: Iterable[tuple[str, str, Expression]]) -> Mapping[str, _Names]:
        """Return what stands behind each name of each kind: what is written there, or a step into what is computed."""
        names: dict[str, _Names] = {kind: {} for kind in KINDS}
        computed = []
        for where, kind, expression in blocks:
            entries = _entries(expression, where)
            if entries is None:
                computed.append((where, kind, expression))
            names[kind].update(entries or {})
        for where, kind, expression in computed:
            evaluator = Evaluator(_within(self._scope, names))
            value = evaluator.value(expression)
            self._note(evaluator.problems, where)
            for name in self._keys(value, where, expression):
                step = Access(expression, (Literal(name, expression.position),), expression.position)
                names[kind][name] = _Written(step, expression.position, where)
        return names

    def _keys(self, value: Value, where: str, expression: Expression) -> Iterable[str]:
        """Return the names in a computed object."""
        inner = value.value if isinstance(value, Marked) else value
        if isinstance(inner, dict):
            return inner
        if not isinstance(inner, Unknown):
            message = f"{where}: expected an object, found {described(value)}"
            self._note([Problem(message, expression.position)], "")
        return ()

    def _text(self, evaluator: Evaluator, written: _Written, path: str, functions: Asking) -> _Text | None:
        """Return the value that is written, as a text; None for one that is not to be."""
        before = len(evaluator.problems)
        value = evaluator.value(written.expression)
        self._note(evaluator.problems[before:], path)
        if unknown := is_unknown(value):
            if unknown.name and not functions.open:
                self._note([Problem(f"{unknown.name} is not known yet", written.expression.position)], path)
            return unknown
        try:
            text = convert(value, Constraint("string"))
        except ConversionError:
            hint = "write it as JSON with jsonencode(…)"
            message = f"expected a text, found {described(value)}"
            self._note([Problem(message, written.expression.position, hint=hint)], path)
            return Unknown()
        assert text is None or isinstance(text, (str, Secret)), "that is what it was converted to"
        return text

    def _check(self, kind: str, name: str, value: Value, written: _Written) -> None:
        """Note what is wrong with a name or a text that an environment cannot have."""
        message = ""
        if kind == "env" and (not name or _NOT_IN_NAMES.search(name)):
            message = f'"{name}" cannot be the name of an environment variable'
        elif kind == "file" and (not name.strip("./") or "\0" in name):
            message = f'"{name}" cannot be the path of a file'
        elif kind == "env" and isinstance(value, (str, Secret)) and "\0" in _clear(value):
            message = "an environment variable cannot hold the character NUL"
        if message:
            self._note([Problem(message, written.key)], written.where)

    def _note(self, problems: Iterable[Problem], path: str) -> None:
        """Keep problems, each once: what is wrong with a value is also found by those that use it."""
        for each in problems:
            message = f"{path}: {each.message}" if path else each.message
            self._problems.setdefault((each.message, each.position), each._replace(message=message))


def _clear(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _within(scope: Scope, names: Mapping[str, _Names]) -> Scope:
    """Return the scope of values that may use each other."""
    expressions = {kind: {name: each.expression for name, each in names[kind].items()} for kind in KINDS}
    return replace(scope, config={kind: Deferred(each) for kind, each in expressions.items()})


def _entries(expression: Expression, where: str) -> _Names | None:
    """Return the values of an object that is written with plain names; None for anything else."""
    if not isinstance(expression, Object):
        return None
    found: _Names = {}
    for key, value in expression.entries:
        if not isinstance(key, Literal) or not isinstance(key.value, str):
            return None
        found[key.value] = _Written(value, key.position, where)
    return found
