"""The functions on patterns (regular expressions), in RE2's syntax."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from milepost.host.language.functions.matching import Match, Pattern
from milepost.host.language.functions.re2_classes import PatternError
from milepost.host.language.functions.sizes import fitting
from milepost.sdk.functions import FunctionError, function

_Made = TypeVar("_Made")
_SHOWN = 60
_PLACE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<name>\w+)|\{(?P<braced>\w+)\})")


@function(name="regex")
def regex_(pattern: str, text: str) -> Any:
    r"""Return the part of the text that the pattern matches first.

    If the pattern has groups, it is a list of what they match; if they have names, an object. A group that takes no
    part is null. The syntax is RE2's: nothing that looks ahead, behind, or back to a group. No match is an error.

    Example: regex("[0-9]+", "abc123def456") is "123"
    Example: regex("(\\d+)-(\\d+)", "from 10-20") is ["10", "20"]
    Example: regex("(?P<host>[^:]+):(?P<port>\\d+)", "web:80") is {host = "web", port = "80"}
    Example: regex("[0-9]+", "abc") fails
    Example: regex("a(?=b)", "ab") fails
    """

    def work(known: Pattern) -> Any:
        found = next(known.found(text), None)
        if found is None:
            raise FunctionError("the pattern matches no part of the text", hint="regexall returns an empty list then")
        return _result(known, found)

    return _with(pattern, 0, work)


@function
def regexall(pattern: str, text: str) -> list[Any]:
    r"""Return a list of all that the pattern matches in the text, each as `regex` returns it.

    Example: regexall("[a-z]+", "ab 12 cd") is ["ab", "cd"]
    Example: length(regexall("x", "ab")) is 0
    """
    return _with(pattern, 0, lambda known: [_result(known, found) for found in known.found(text)])


@function
def replace(text: str, part: str, replacement: str) -> str:
    r"""Return the text with another one wherever the part stands in it.

    A part between two slashes is a pattern; `$1`, `${1}`, `$name`, `${name}` in the replacement are then what a group
    matches, nothing if there is no such group, and `$$` is a dollar sign.

    Example: replace("a.b.c", ".", "-") is "a-b-c"
    Example: replace("v1.2", "/v(\\d+)\\.(\\d+)/", "$${2}.$1") is "2.1"
    Example: replace("hello", "/l+/", "_") is "he_o"
    """
    if len(part) > 2 and part[0] == part[-1] == "/":
        return _with(part[1:-1], 1, lambda known: "".join(_replaced(known, text, replacement)))
    fitting(len(text) + text.count(part) * len(replacement))
    return text.replace(part, replacement)


def _with(pattern: str, argument: int, work: Callable[[Pattern], _Made]) -> _Made:
    try:
        known = Pattern(pattern)
        if argument == 0 and "" in known.groups and any(known.groups):
            raise PatternError("some of its groups have names and some have none; expected all or none")
        return work(known)
    except PatternError as error:
        short = pattern if len(pattern) <= _SHOWN else pattern[:_SHOWN] + "…"
        raise FunctionError(f'the pattern "{short}" cannot be used: {error}', argument) from None


def _result(pattern: Pattern, found: Match) -> Any:
    if not pattern.groups:
        return found[0]
    groups = found.groups()
    return dict(zip(pattern.groups, groups, strict=True)) if pattern.groups[0] else list(groups)


def _replaced(pattern: Pattern, text: str, replacement: str) -> Iterator[str]:
    pieces = tuple(_pieces(pattern, replacement))
    different = set(pieces)
    position = size = 0
    for found in pattern.found(text):
        yield text[position : found.start()]
        meant = {each: each if isinstance(each, str) else _matched(found, each) for each in different}
        piece = "".join([meant[each] for each in pieces])
        # What is put together of many pieces takes its time, also if nothing comes of it.
        size += max(len(piece), len(pieces))
        fitting(size)
        yield piece
        position = found.end()
    yield text[position:]


def _pieces(pattern: Pattern, replacement: str) -> Iterator[str | tuple[int, ...]]:
    """Yield what a replacement is made of: texts, and the numbers of groups, of which the first that matched counts."""
    position = 0
    for place in _PLACE.finditer(replacement):
        yield replacement[position : place.start()]
        yield "$" if place["dollar"] else _groups(pattern, place["name"] or place["braced"])
        position = place.end()
    yield replacement[position:]


def _groups(pattern: Pattern, name: str) -> tuple[int, ...]:
    if name in pattern.groups:
        return tuple(number for number, group in enumerate(pattern.groups, 1) if group == name)
    number = int(name) if name.isdecimal() and len(name) < 5 else -1
    return (number,) if 0 <= number <= len(pattern.groups) else ()


def _matched(found: Match, numbers: tuple[int, ...]) -> str:
    return next((matched for each in numbers if (matched := found[each]) is not None), "")


FUNCTIONS = (regex_, regexall, replace)
