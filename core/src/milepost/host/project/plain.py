"""Values that must be known before anything can be evaluated: plain texts and lists of them."""

from __future__ import annotations

import re

from milepost.host.language.tree import Body, Expression, Items, Literal, Template
from milepost.sdk.problem import Position, Problem

_NAME = re.compile(r"[A-Za-z0-9_-]+")


def check_name(what: str, name: str, position: Position, problems: list[Problem]) -> None:
    """Report a name that is not made of letters, digits, `-` and `_`."""
    if not _NAME.fullmatch(name):
        message = f'the name of {what} is made of letters, digits, "-" and "_"; found "{name}"'
        problems.append(Problem(message, position))


def text(body: Body, name: str, problems: list[Problem]) -> str | None:
    """Return the plain text of an argument; None if it is missing, or wrong and reported."""
    value = body.value(name)
    return None if value is None else _text(name, value, problems)


def texts(body: Body, name: str, problems: list[Problem]) -> tuple[str, ...]:
    """Return the plain texts of a list argument; what is wrong is reported and left out."""
    value = body.value(name)
    if value is None:
        return ()
    if not isinstance(value, Items):
        problems.append(
            Problem(f"{name}: expected a list of plain texts", value.position, hint=f'write {name} = ["…"]')
        )
        return ()
    found = (_text(name, each, problems) for each in value.items)
    return tuple(each for each in found if each is not None)


def truth(body: Body, name: str, problems: list[Problem]) -> bool:
    """Return the plain truth value of an argument; false if it is missing, or wrong and reported."""
    value = body.value(name)
    if value is None or (isinstance(value, Literal) and isinstance(value.value, bool)):
        return isinstance(value, Literal) and value.value is True
    problems.append(Problem(f"{name}: expected true or false", value.position))
    return False


def _text(name: str, value: Expression, problems: list[Problem]) -> str | None:
    if isinstance(value, Literal) and isinstance(value.value, str):
        return value.value
    what = "found something to evaluate" if isinstance(value, Template) else "found something else"
    message = f"{name}: expected a plain text, because it is read before anything is evaluated; {what}"
    problems.append(Problem(message, value.position, hint='write a text in quotes, without "${"'))
    return None
