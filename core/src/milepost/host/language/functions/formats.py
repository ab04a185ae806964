"""The functions `format` and `formatlist`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from milepost.host.language.conversion import ConversionError
from milepost.host.language.functions.sizes import fitting
from milepost.host.language.functions.verbs import PERCENT, Verb, shown, verb
from milepost.sdk.functions import FunctionError, function


@function
def format_(format: str, *values: Any | None) -> str:
    r"""Return the format with the values in the places of its verbs, one after the other; all must be used.

    `%s` is a text, `%q` one in quotes as in JSON, `%d` a whole number (`%b`, `%o`, `%x`, `%X` in other bases), `%f` one
    with a fraction, `%e` one with an exponent, `%g` the shorter of both, `%t` a truth value, `%v` anything, `%#v`
    anything as JSON, `%%` a percent sign. After the percent sign stand: `-` (pad at the right), `0` (pad with zeros),
    `+` or a space (room for the sign), a width, a precision after a dot, and `[2]` for the second value.
    A half is rounded to the even digit. `%v` shows numbers as `%g` does: 1000000 is 1e+06; `%s` shows all digits.

    Example: format("%s has %d of %.1f", "web", 2, 2.55) is "web has 2 of 2.6"
    Example: format("%05d|%-5s|%[1]x", 42, "ab") is "00042|ab   |2a"
    Example: format("%v %#v", null, "a") is "null \"a\""
    Example: format("%d", "a") fails
    Example: format("%s") fails
    Example: format("%s", 1, 2) fails
    """
    return "".join(_pieces(format, values))


@function
def formatlist(format: str, *values: Any | None) -> list[str]:
    """Return a list of texts: the format with the first item of each list or set, then the second, and so on.

    The lists have the same length; what is no list is used for each text. See `format` for the verbs.

    Example: formatlist("%s:%d", ["a", "b"], 80) is ["a:80", "b:80"]
    Example: formatlist("%s%s", ["a"], ["b", "c"]) fails
    """
    lengths = {index: len(value) for index, value in enumerate(values, 1) if isinstance(value, list)}
    first, count = next(iter(lengths.items()), (0, 1))
    for index, length in lengths.items():
        if length != count:
            raise FunctionError(f"value {index} has the length {length}, and value {first} the length {count}", index)
    made: list[str] = []
    size = 0
    for place in range(count):
        given = tuple(value[place] if isinstance(value, list) else value for value in values)
        made.append("".join(_pieces(format, given)))
        size += len(made[-1])
        fitting(size)
    return made


def _pieces(format: str, values: tuple[Any, ...]) -> Iterator[str]:
    position = size = last = highest = 0
    for found in PERCENT.finditer(format):
        yield format[position : found.start()]
        position = found.end()
        if found[0] == "%%":
            yield "%"
            continue
        one = verb(found)
        last = one.value or last + 1
        highest = max(highest, last)
        text = _place(one, last, values)
        size += len(text)
        fitting(size)
        yield text
    yield format[position:]
    if highest < len(values):
        raise FunctionError(f"the format has no verb for value {highest + 1}", highest + 1)


def _place(verb: Verb, which: int, values: tuple[Any, ...]) -> str:
    if which > len(values):
        raise FunctionError(f'"{verb.text}" shows value {which}, which is not given', 0)
    try:
        return shown(verb, values[which - 1])
    except ConversionError as error:
        raise FunctionError(f'"{verb.text}": {error}', which) from None


FUNCTIONS = (format_, formatlist)
