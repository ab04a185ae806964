"""What the verbs of `format` make of a value: `%s`, `%-8.3f`, `%[2]q`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from milepost.host.language.constraint import Constraint
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.functions.graphemes import clusters, width
from milepost.host.language.functions.json import jsonencode
from milepost.host.language.functions.sizes import WIDEST
from milepost.host.language.values import described
from milepost.sdk.functions import FunctionError, Number

PERCENT = re.compile(
    r"%%|%(?:(?P<flags>[-0#+ ]*)(?P<width>[1-9]\d*)?(?:\.(?P<precision>\d*))?(?:\[(?P<value>[1-9]\d{0,8})\])?"
    r"(?P<letter>[A-Za-z])|)",
    re.ASCII,
)
"""Each percent sign of a format, with what belongs to it."""


_TEXT, _NUMBER, _BOOL = Constraint("string"), Constraint("number"), Constraint("bool")


@dataclass(frozen=True)
class Verb:
    """One verb in a format."""

    text: str
    """As it is written."""
    flags: str
    width: int
    precision: int | None
    value: int | None
    """Which value it shows, counted from 1; None: the next one."""
    letter: str


def verb(found: re.Match[str]) -> Verb:
    """Return the verb that was found in a format. Raises FunctionError where there is none behind the sign."""
    if found["letter"] is None:
        start = found.string[found.start() : found.start() + 8]
        raise FunctionError(f'"{start}" in the format is no verb such as %s or %5.1f', 0)
    precision = found["precision"]
    return Verb(
        text=found[0],
        flags=found["flags"],
        width=_size(found, found["width"]),
        precision=None if precision is None else _size(found, precision),
        value=int(found["value"]) if found["value"] else None,
        letter=found["letter"],
    )


def _size(found: re.Match[str], digits: str | None) -> int:
    size = int(digits or "0") if len(digits or "") < 10 else WIDEST + 1
    if size > WIDEST:
        raise FunctionError(f'"{found[0]}" asks for more than {WIDEST} characters', 0)
    return size


def shown(verb: Verb, value: Any) -> str:
    """Return a value as the verb shows it. Raises ConversionError where the value is of another type."""
    work = _WORK.get(verb.letter)
    if work is None:
        raise FunctionError(f'"{verb.text}" is no verb; there are %{", %".join(_WORK)} and %%', 0)
    if value is None and verb.letter != "v":
        raise ConversionError("expected a value, found null")
    return work(verb, value)


def _any(verb: Verb, value: Any) -> str:
    if "#" in verb.flags or isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return _padded(verb, jsonencode.call(value))
    return _padded(verb, value if isinstance(value, str) else _significant(value, None, "e"))


def _truth(verb: Verb, value: Any) -> str:
    return "true" if convert(value, _BOOL) else "false"


def _text(verb: Verb, value: Any) -> str:
    text = str(convert(value, _TEXT))
    # A precision of 0 cuts nothing off, as in HCL's own format.
    return "".join(clusters(text)[: verb.precision]) if verb.precision else text


def _padded(verb: Verb, text: str) -> str:
    missing = verb.width - width(text)
    padding = ("0" if "0" in verb.flags else " ") * missing
    return text + padding if "-" in verb.flags else padding + text


_BASES = {"b": ("b", "0b"), "o": ("o", "0"), "x": ("x", "0x"), "X": ("X", "0X")}


def _whole(verb: Verb, value: Any) -> str:
    number = _number(value)
    if not isinstance(number, int):
        raise ConversionError(f"expected a whole number, found {described(number)}")
    base, prefix = _BASES.get(verb.letter, ("", ""))
    # Python refuses to write an int of more than 4300 digits in base ten; a Decimal has no such limit.
    digits = format(abs(number), base) if base else f"{Decimal(abs(number)):f}"
    if number == 0 and verb.precision == 0:
        return ""
    digits = digits.rjust(verb.precision or 0, "0")
    start = _sign(verb, number) + (prefix if "#" in verb.flags else "")
    zeros = "0" in verb.flags and verb.precision is None
    return _filled(verb, start, digits, zeros=zeros)


def _number(value: Any) -> Number:
    found = convert(value, _NUMBER)
    assert isinstance(found, (int, Decimal)), "nothing else is a number"
    return found


def _fraction(verb: Verb, value: Any) -> str:
    number = _number(value)
    size = Decimal(number).copy_abs()
    precision = 6 if verb.precision is None else verb.precision
    if verb.letter == "f":
        digits = f"{size:.{precision}f}"
    elif verb.letter in "eE":
        digits = _scientific(size, precision, verb.letter)
    else:
        digits = _significant(size, verb.precision, "e" if verb.letter == "g" else "E")
    return _filled(verb, _sign(verb, number), digits, zeros="0" in verb.flags)


def _sign(verb: Verb, number: Number) -> str:
    if number < 0:
        return "-"
    return "+" if "+" in verb.flags else " " if " " in verb.flags else ""


def _filled(verb: Verb, start: str, digits: str, *, zeros: bool) -> str:
    if "-" in verb.flags:
        return (start + digits).ljust(verb.width)
    return start + digits.rjust(verb.width - len(start), "0") if zeros else (start + digits).rjust(verb.width)


def _scientific(number: Decimal, precision: int, letter: str) -> str:
    # A Decimal zero shows its precision as an exponent.
    digits, _, exponent = f"{number or 0.0:.{precision}e}".partition("e")
    return f"{digits}{letter}{exponent[0]}{exponent[1:].rjust(2, '0')}"


def _significant(number: Number, precision: int | None, letter: str) -> str:
    """Return a number with so many significant digits at most, or all; with an exponent where it is shorter."""
    value = Decimal(number)
    if precision is not None:
        value = Context(prec=max(precision, 1)).plus(value)
    digits = len(value.normalize(Context(prec=max(len(value.as_tuple().digits), 1))).as_tuple().digits)
    if not value:
        return "0"
    before = value.adjusted() + 1
    limit = 6 if precision is None else max(precision, 1)
    if precision is not None and limit > digits >= before:
        limit = digits
    if before < -3 or before > limit:
        return _scientific(value, digits - 1, letter)
    return f"{value:.{max(digits - before, 0)}f}"


_WORK: Mapping[str, Callable[[Verb, Any], str]] = {
    "v": _any,
    "s": lambda verb, value: _padded(verb, _text(verb, value)),
    "q": lambda verb, value: _padded(verb, jsonencode.call(_text(verb, value))),
    "t": _truth,
    **dict.fromkeys("dboxX", _whole),
    **dict.fromkeys("eEfgG", _fraction),
}
