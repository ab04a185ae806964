"""Values as they come from outside of the project file, made values of the language: texts, JSON and expressions.

An expression from outside uses no names, and only functions that need nothing but what they are given: so it means
the same wherever and whenever it is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from milepost.host.language.constraint import Constraint
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.signature import signature_of
from milepost.host.language.source import Source
from milepost.host.language.tree import Expression
from milepost.host.language.values import LARGEST, Value, number, plain_text
from milepost.host.language.walk import calls, references
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem

if TYPE_CHECKING:
    from milepost.host.language.scope import Functions
    from milepost.host.project.scope import Scope


class UnreadableError(Exception):
    """A text from outside is no expression, or one that cannot be evaluated."""


def text_value(text: str, type: Constraint | None, name: str, scope: Scope) -> Value:
    """Return what a text means where a value of that type is wanted; `name` is what messages call the text.

    A text is as it is where one is wanted or no type is written; anything else is an expression. Raises
    UnreadableError; what it returns may still be of another type.
    """
    if not is_text(text):
        raise UnreadableError("it is not text in UTF-8")
    if type is None or type.kind == "string":
        return text if text.isascii() else normalize("NFC", text)
    if type.kind in ("number", "bool"):
        try:
            return convert(text, type)
        except ConversionError:
            # It may be an expression that gives one.
            pass
    try:
        return _quickly(text)
    except (ValueError, RecursionError):
        return _expression_value(text, name, scope)


def is_text(text: str) -> bool:
    """Return whether a text from outside is made of characters; what is not UTF-8 cannot be sent or kept."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _quickly(text: str) -> Value:
    """Return the value of JSON that means the same as an expression: most texts, and the parser is not needed."""
    if "${" in text or "%{" in text or "\\" in text:
        raise ValueError("this is a template")
    return json_value(text)


def _expression_value(text: str, name: str, scope: Scope) -> Value:
    from milepost.host.language.syntax.lower import lower_value  # noqa: PLC0415 - the parser is costly, and seldom needed

    source = Source(name, text)
    try:
        return plain_value(lower_value(source, scope.outside.cache), source, scope)
    except ProjectFileError as error:
        raise UnreadableError(error.problems[0].message) from error


def json_value(text: str) -> Value:
    """Return the value of a JSON document; numbers are exact. Raises ValueError."""
    value: Value = json.loads(
        text if text.isascii() else normalize("NFC", text), parse_float=_number, parse_constant=_no
    )
    return value


def _number(text: str) -> int | Decimal:
    if abs(Decimal(text).adjusted()) >= LARGEST:
        raise ValueError(f"{text} is too large")
    return number(text)


def _no(word: str) -> None:
    raise ValueError(f"{word} is no number")


def json_text(value: Any) -> str:
    """Return a value that is known and no secret as a JSON document, its numbers exact."""
    if isinstance(value, list):
        return f"[{', '.join(map(json_text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json_text(name)}: {json_text(each)}' for name, each in value.items())}}}"
    if isinstance(value, (int, Decimal)):
        return plain_text(value)
    return json.dumps(value, ensure_ascii=False)


def plain_value(expression: Expression, source: Source, scope: Scope) -> Value:
    """Return the value of an expression from outside. Raises ProjectFileError with places in its source."""
    problems = list(_unwelcome(expression, scope.functions))
    if not problems:
        evaluator = Evaluator(scope)
        value = evaluator.value(expression)
        problems = evaluator.problems
    if problems:
        raise source.error(problems)
    return value


def _unwelcome(expression: Expression, functions: Functions) -> Iterator[Problem]:
    """Yield what an expression from outside cannot use."""
    for each in references(expression):
        message = f"{each} cannot stand here; only values can, and functions of them"
        yield Problem(message, each.position, hint=f'a text stands in quotes: "{each}"')
    for call in calls(expression):
        function = functions.find(call.name)
        if function and signature_of(function).wants_context:
            message = f"{call.name}() cannot stand here: what it gives depends on where and when it is asked"
            yield Problem(message, call.position, hint="write the value")
