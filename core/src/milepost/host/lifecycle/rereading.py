"""Reading recorded secrets anew: each is kept as the expression that gives it, evaluated with today's values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from milepost.host.language.constraint import STRING
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.source import Source
from milepost.host.language.values import Unknown, Value
from milepost.host.project.asking import Asking, answered
from milepost.host.project.scope import Scope
from milepost.sdk.errors import OperationError
from milepost.sdk.problem import Problem
from milepost.sdk.secret import Secret, reveal

_VARIABLE = re.compile(r"\bvar\.([A-Za-z0-9_-]+)")


def reread(scope: Scope, origins: Iterable[str]) -> Mapping[str, str | None]:
    """Return today's clear text of each origin, such as `var.password` or `secret("env", "DB_URL")`; None for none.

    All that config sources are to be asked for is asked for together. Raises OperationError for what cannot be
    evaluated today.
    """
    wanted = tuple(dict.fromkeys(origins))
    texts = {each: _plain(each, scope) for each in wanted}
    expressions = [each for each, text in texts.items() if isinstance(text, Unknown)]
    found = _evaluated(scope, expressions) if expressions else {}
    return {each: found.get(each) if isinstance(text, Unknown) else text for each, text in texts.items()}


def _plain(origin: str, scope: Scope) -> str | Unknown | None:
    """Return the text of a variable, at once; UNKNOWN for any other expression."""
    variable = _VARIABLE.fullmatch(origin)
    if variable is None:
        return Unknown(origin)
    value = scope.variables.get(variable[1])
    return reveal(value) if isinstance(value, (str, Secret)) else None if _is_none(value) else Unknown(origin)


def _is_none(value: Value) -> bool:
    return value is None or isinstance(value, Unknown)


def _evaluated(scope: Scope, origins: list[str]) -> dict[str, str | None]:
    # The parser is not needed for variables, which most secrets are.
    from milepost.host.language.syntax.lower import lower_value  # noqa: PLC0415 - see above

    trees = {each: lower_value(Source("the record", each), scope.outside.cache) for each in origins}

    def evaluate(functions: Asking) -> tuple[dict[str, str | None], list[Problem]]:
        texts: dict[str, str | None] = {}
        problems: list[Problem] = []
        for origin, tree in trees.items():
            evaluator = Evaluator(replace(scope, asking=functions))
            texts[origin] = _text(evaluator.value(tree))
            problems += (each._replace(message=f"{origin}: {each.message}") for each in evaluator.problems)
        return texts, problems

    texts, problems = answered(scope.functions, scope.outside.sources, evaluate)
    if problems:
        wrong = "; ".join(dict.fromkeys(each.message for each in problems))
        raise OperationError(f"a recorded secret cannot be read today: {wrong}", hint=problems[0].hint)
    return texts


def _text(value: Value) -> str | None:
    try:
        text = convert(value, STRING)
    except ConversionError:
        return None
    return reveal(text) if isinstance(text, (str, Secret)) else None
