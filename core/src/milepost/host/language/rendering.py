"""Templates that functions render: texts beside the project file, evaluated where the call stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from milepost.host.language.context import NotKnownYetError
from milepost.host.language.evaluation import Evaluation
from milepost.host.language.provenance import in_text
from milepost.host.language.source import Source, source_of
from milepost.host.language.tree import Expression
from milepost.host.language.values import Unknown, Value, described
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.functions import FunctionError
from milepost.sdk.problem import Problem
from milepost.sdk.secret import Secret


def renderer(evaluation: Evaluation) -> Callable[[str, str, Mapping[str, Any]], str | Secret]:
    """Return what renders templates with the names of an evaluation; see Context.render."""

    def render(name: str, text: str, names: Mapping[str, Any]) -> str | Secret:
        if evaluation.is_rendering:
            raise FunctionError("a template cannot render another one")
        source, expression = _read(name, text, evaluation)
        outer = evaluation.bound
        evaluation.bound, evaluation.is_rendering = {**outer, **names}, True
        try:
            value, problems = evaluation.apart(expression)
        finally:
            evaluation.bound, evaluation.is_rendering = outer, False
        if problems:
            raise _refused(source, problems)
        return _text(name, value)

    return render


def _read(name: str, text: str, evaluation: Evaluation) -> tuple[Source, Expression]:
    from milepost.host.language.syntax.lower import lower_template  # noqa: PLC0415 - only templates pay for the parser

    try:
        source = source_of(name, text.encode())
        return source, lower_template(source, evaluation.scope.context.cache)
    except ProjectFileError as error:
        raise _refused(Source(name, text), list(error.problems)) from None


def _refused(source: Source, problems: list[Problem]) -> FunctionError:
    """Return the error that shows the first problem with its place in the template."""
    first = source.error(problems).problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return FunctionError(f"{first.position}: {first.message}{more}", hint=first.hint)


def _text(name: str, value: Value) -> str | Secret:
    if isinstance(value, Unknown):
        raise NotKnownYetError(value.name)
    found = in_text(value)
    if found is None:
        raise FunctionError(f"{name} is {described(value)}, not a text")
    return found
