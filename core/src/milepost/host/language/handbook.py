"""What people are told of functions: how one is called, what it returns, examples; all from where it is written."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from milepost.host.language.constraint import Constraint
from milepost.host.language.functions import FAMILIES, BuiltinFunctions
from milepost.host.language.signature import Parameter, signature_of
from milepost.sdk.functions import Function

_EXAMPLE = re.compile(r"^Example: (?P<call>.+?)(?: is (?P<result>.+)| (?P<fails>fails))$", re.MULTILINE)
_ANYTHING = ("any", "mixed")


class Example(NamedTuple):
    """An expression, and the expression that has the same value; empty where it cannot be evaluated."""

    call: str
    result: str


class Page(NamedTuple):
    """What there is to know of one function."""

    name: str
    family: str
    """The family that it belongs to, or the distribution that it comes from."""
    signature: str
    """How it is called: `substr(text, offset, length)`."""
    parameters: tuple[tuple[str, str], ...]
    """The parameters and the types that their values are converted to."""
    summary: str
    """The first sentence."""
    text: str
    """All the rest, in Markdown."""
    examples: tuple[Example, ...]


LAZY = "attempts"
"""The family of what looks like a function, and does not need its arguments to be right."""

_LAZY_PAGES = (
    Page(
        name="can",
        family=LAZY,
        signature="can(value)",
        parameters=(("value", "any"),),
        summary="Return whether the argument can be evaluated.",
        text="Errors of syntax, and names that nothing has, are told all the same.",
        examples=(Example("can({a = 1}.b)", "false"), Example('can(tonumber("3"))', "true"), Example("can()", "")),
    ),
    Page(
        name="try",
        family=LAZY,
        signature="try(values…)",
        parameters=(("values…", "any"),),
        summary="Return the first argument that can be evaluated.",
        text="One that is not known yet counts as one that can.",
        examples=(
            Example("try({a = 1}.b, 2)", "2"),
            Example('try(tonumber("x"), tonumber("3"))', "3"),
            Example('try(tonumber("x"))', ""),
        ),
    ),
)


def families() -> Mapping[str, tuple[str, ...]]:
    """Return the families, and the names of all that can be called without a plugin."""
    return {**FAMILIES, LAZY: tuple(each.name for each in _LAZY_PAGES)}


def pages() -> Iterator[Page]:
    """Yield the functions that milepost has itself, by their families."""
    for family, names in families().items():
        yield from (own_page(name, family) for name in names)


def own_page(name: str, family: str) -> Page:
    """Return what there is to know of a function that milepost has itself."""
    if family == LAZY:
        return next(each for each in _LAZY_PAGES if each.name == name)
    found = BuiltinFunctions().find(name)
    assert found is not None, "each family has what it is said to have"
    return page(found, family)


def page(function: Function, family: str) -> Page:
    """Return what there is to know of a function."""
    signature = signature_of(function)
    written = inspect.getdoc(function.call) or ""
    examples = tuple(Example(each["call"], each["result"] or "") for each in _EXAMPLE.finditer(written))
    first, _, rest = _EXAMPLE.sub("", written).strip().partition("\n\n")
    parameters = [(each.name, _type(each)) for each in signature.parameters]
    if signature.rest:
        parameters.append((f"{signature.rest.name}…", _type(signature.rest)))
    return Page(
        name=function.name,
        family=family,
        signature=str(signature),
        parameters=tuple(parameters),
        summary=re.sub(r"\s*\n\s*", " ", first),
        text=rest.strip(),
        examples=examples,
    )


def _type(parameter: Parameter) -> str:
    """Return the type that arguments are converted to, as one writes it."""
    return _written(parameter.constraint) + (", may be left out" if parameter.is_optional else "")


def _written(constraint: Constraint) -> str:
    if constraint.kind in _ANYTHING:
        return "any"
    return f"{constraint.kind}({_written(constraint.inner[0])})" if constraint.inner else constraint.kind
