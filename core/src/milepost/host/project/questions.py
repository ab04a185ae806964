"""What a call of `secret` or `dynamic` asks: the sources to try, the arguments for each, the options of the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct

from milepost.host.language.provenance import is_unknown
from milepost.host.language.values import Unknown, Value, described
from milepost.host.project.convert import Converter
from milepost.sdk.functions import FunctionError
from milepost.sdk.source import OPTIONS

_EXAMPLE = 'write "env", "NAME", or a list of such lists: [["env", "NAME"], ["file", "PATH"]]'


class Options(Struct, frozen=True, kw_only=True):
    """What is said of a value whatever its source."""

    sensitive: bool = True
    timeout: Annotated[float, Meta(gt=0)] = 30.0
    """In seconds."""
    cache: Annotated[float, Meta(ge=0)] = 0.0
    """In seconds."""


class Choice(NamedTuple):
    """A source, and what it is asked for."""

    word: str
    positional: tuple[Value, ...]
    named: Mapping[str, Value]


class Question(NamedTuple):
    """A value that is wanted."""

    choices: tuple[Choice, ...]
    """The sources in the order in which they are tried."""
    options: Options
    default: Value
    """What stands in where no source has it; NONE: nothing does."""
    listed: bool = False
    """Whether the sources stand in a list of them."""


NONE = Unknown()
"""No default."""


def question(arguments: tuple[Value, ...]) -> Question | Unknown:
    """Return what a call asks for; unknown while one of its arguments is. Raises FunctionError."""
    unknown = is_unknown(list(arguments))
    if unknown is not None:
        return unknown
    first, *rest = arguments
    if isinstance(first, list):
        return _of_list(first, rest)
    if not isinstance(first, str):
        raise FunctionError(f"expected the name of a source, found {described(first)}", 0, hint=_EXAMPLE)
    positional, given = _parted(rest)
    named = {name: value for name, value in given.items() if name not in OPTIONS}
    return Question((Choice(first, positional, named),), *_options(given, len(arguments) - 1))


def _parted(values: list[Value]) -> tuple[tuple[Value, ...], Mapping[str, Value]]:
    """Return what stands before an object at the end, and the object."""
    last = values[-1] if values else None
    return (tuple(values[:-1]), last) if isinstance(last, dict) else (tuple(values), {})


def _of_list(sources: list[Value], rest: list[Value]) -> Question:
    """Return what a call asks for that names several sources."""
    if not sources:
        raise FunctionError("expected a list of sources, found an empty one", 0, hint=_EXAMPLE)
    positional, given = _parted(rest)
    if positional:
        raise FunctionError("after a list of sources stands nothing but an object of options", 1)
    if wrong := [name for name in given if name not in OPTIONS]:
        message = f'"{wrong[0]}" is no option; there is {", ".join(OPTIONS)}'
        raise FunctionError(message, 1, hint="arguments of a source stand in its own list")
    return Question(tuple(_listed(each) for each in sources), *_options(given, 1), listed=True)


def _listed(value: Value) -> Choice:
    """Return one source of a list of them."""
    word = value[0] if isinstance(value, list) and value else None
    if not isinstance(value, list) or not isinstance(word, str):
        raise FunctionError(f"expected a list that begins with the name of a source, found {described(value)}", 0)
    positional, named = _parted(value[1:])
    if taken := [name for name in named if name in OPTIONS]:
        message = f"{taken[0]} is an option of the value, not of one of its sources"
        raise FunctionError(message, 0, hint=f"write it after the list: secret([…], {{ {taken[0]} = … }})")
    return Choice(word, positional, named)


def _options(given: Mapping[str, Any], argument: int) -> tuple[Options, Value]:
    """Return the options that stand in an object, and the default."""
    converter = Converter(tolerant=False)
    said = {name: value for name, value in given.items() if name in OPTIONS and name != "default"}
    options = converter.struct(said, Options, ())
    if converter.wrong:
        wrong = converter.wrong[0]
        raise FunctionError(f"{'.'.join(map(str, wrong.path))}: {wrong.message}", argument, hint=wrong.hint)
    return options, _default(given.get("default", NONE), argument)


def _default(value: Value, argument: int) -> Value:
    if isinstance(value, (list, Mapping)):
        message = f"default: expected a text, found {described(value)}"
        raise FunctionError(message, argument, hint="write it as JSON with jsonencode(…)")
    return value
