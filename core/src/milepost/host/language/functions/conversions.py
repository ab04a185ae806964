"""Functions that convert a value to a type, choose one that is there, and say what is secret."""

from __future__ import annotations

from typing import Any

from milepost.host.language.constraint import ANY, BOOL, NUMBER, STRING, Constraint, collection
from milepost.host.language.conversion import ConversionError, convert, unified
from milepost.host.language.provenance import call_text, concealed, is_secret, is_unknown, revealed
from milepost.host.language.values import Marked, Unknown
from milepost.sdk.functions import FunctionError, function
from milepost.sdk.secret import Part, Secret


def _converted(value: Any, constraint: Constraint) -> Any:
    try:
        return convert(value, constraint)
    except ConversionError as error:
        raise FunctionError(str(error), 0) from error


@function
def tostring(value: Any | None) -> Any:
    """Return a text, number or truth value as a text; null is null.

    Example: tostring(1.50) is "1.5"
    Example: tostring(true) is "true"
    Example: tostring([1]) fails
    """
    return _converted(value, STRING)


@function
def tonumber(value: Any | None) -> Any:
    """Return a number, or a text of digits, as a number; null is null.

    Example: tonumber("1e3") is 1000
    Example: tonumber(true) fails
    """
    return _converted(value, NUMBER)


@function
def tobool(value: Any | None) -> Any:
    """Return a truth value, or the texts "true", "false", "1" and "0", as a truth value; null is null.

    Example: tobool("true") is true
    Example: tobool("1") is true
    Example: tobool(1) fails
    """
    return _converted(value, BOOL)


@function(passes=True)
def tolist(value: Any | None) -> Any:
    """Return a list or set as a list whose items are converted to one type; null is null.

    Example: tolist([1, "a"]) is ["1", "a"]
    Example: tolist("a") fails
    """
    return _converted(value, collection("list", ANY))


@function(passes=True)
def toset(value: Any | None) -> Any:
    """Return the items of a list converted to one type, sorted, each once; null is null.

    Example: toset(["b", "a", "b"]) is toset(["a", "b"])
    Example: tolist(toset([10, 9])) is [9, 10]
    Example: toset([1, true]) fails
    """
    return _converted(value, collection("set", ANY))


@function(passes=True)
def tomap(value: Any | None) -> Any:
    """Return an object whose values are converted to one type; null is null.

    Example: tomap({ a = 1, b = "x" }) is { a = "1", b = "x" }
    Example: tomap([1]) fails
    """
    return _converted(value, collection("map", ANY))


@function(passes=True)
def coalesce(*values: Any | None) -> Any:
    """Return the first argument that is neither null nor an empty text, converted to the type of all of them.

    Example: coalesce(null, "", "a", "b") is "a"
    Example: coalesce(1, "a") is "1"
    Example: coalesce(null, "") fails
    """
    try:
        converted = unified(values)
    except ConversionError as error:
        raise FunctionError(str(error)) from error
    for at, each in enumerate(converted):
        if isinstance(each, Unknown):
            return each
        if revealed(each) not in (None, ""):
            # That a secret before it is empty is a secret, too.
            return concealed(revealed(each), call_text("coalesce", values)) if is_secret(converted[:at]) else each
    raise FunctionError("all arguments are null or an empty text; expected one that is not")


@function(passes=True)
def sensitive(value: Marked | Any | None) -> Any:
    """Return a value as a secret: it is shown nowhere, and recorded nowhere.

    What stands in the project file itself is still to be read there: use a variable with `sensitive = true`.

    Example: nonsensitive(sensitive("a")) is "a"
    """
    unknown = is_unknown(value)
    if unknown is not None:
        return unknown
    if isinstance(value, (Secret, Marked)):
        return value
    return Secret([Part(value)]) if isinstance(value, str) else Marked(revealed(value), "")


@function(passes=True)
def nonsensitive(value: Marked | Any | None) -> Any:
    """Return a secret as a plain value, which is shown and recorded. What is derived from a secret may be harmless.

    Example: nonsensitive("a") is "a"
    """
    return revealed(value)


FUNCTIONS = (coalesce, nonsensitive, sensitive, tobool, tolist, tomap, tonumber, toset, tostring)
"""All functions of the family."""
