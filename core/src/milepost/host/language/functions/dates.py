"""What the letters in the format of `formatdate` mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from milepost.sdk.functions import FunctionError

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_FORMS: Mapping[str, Callable[[datetime], str]] = {
    "YY": lambda time: f"{time.year % 100:02}",
    "YYYY": lambda time: f"{time.year:04}",
    "M": lambda time: f"{time.month}",
    "MM": lambda time: f"{time.month:02}",
    "MMM": lambda time: _MONTHS[time.month - 1][:3],
    "MMMM": lambda time: _MONTHS[time.month - 1],
    "D": lambda time: f"{time.day}",
    "DD": lambda time: f"{time.day:02}",
    "EEE": lambda time: _DAYS[time.weekday()][:3],
    "EEEE": lambda time: _DAYS[time.weekday()],
    "h": lambda time: f"{time.hour}",
    "hh": lambda time: f"{time.hour:02}",
    "H": lambda time: f"{_of_twelve(time)}",
    "HH": lambda time: f"{_of_twelve(time):02}",
    "AA": lambda time: "PM" if time.hour >= 12 else "AM",
    "aa": lambda time: "pm" if time.hour >= 12 else "am",
    "m": lambda time: f"{time.minute}",
    "mm": lambda time: f"{time.minute:02}",
    "s": lambda time: f"{time.second}",
    "ss": lambda time: f"{time.second:02}",
    "Z": lambda time: _offset(time, ":") if time.utcoffset() else "Z",
    "ZZZ": lambda time: _offset(time, "") if time.utcoffset() else "UTC",
    "ZZZZ": lambda time: _offset(time, ""),
    "ZZZZZ": lambda time: _offset(time, ":"),
}

_PIECE = re.compile(r"(?P<quoted>''|'(?:[^']|'')*'?)|(?P<form>([A-Za-z])\3*)|(?P<plain>[^'A-Za-z]+)")


def written(time: datetime, format: str) -> str:
    """Return a time, which has an offset, in the form that the letters of `format` say."""
    return "".join(_pieces(time, format))


def _pieces(time: datetime, format: str) -> Iterator[str]:
    for piece in _PIECE.finditer(format):
        text = piece[0]
        if piece["quoted"]:
            yield "'" if text == "''" else _unquoted(text)
        elif piece["form"]:
            yield _form(text)(time)
        else:
            yield text


def _unquoted(text: str) -> str:
    inner = text[1:-1].replace("''", "'")
    if len(text) == 1 or text.count("'") % 2:
        raise FunctionError(f"the quote at {text} is not closed", 0)
    return inner


def _form(letters: str) -> Callable[[datetime], str]:
    found = _FORMS.get(letters)
    if found is None:
        known = [form for form in _FORMS if form[0] == letters[0]]
        means = f"expected {' or '.join(known)}" if known else "letters that are meant as such stand in single quotes"
        raise FunctionError(f'"{letters}" is no part of a time; {means}', 0)
    return found


def _of_twelve(time: datetime) -> int:
    return time.hour % 12 or 12


def _offset(time: datetime, colon: str) -> str:
    return f"{time:%z}"[:3] + colon + f"{time:%z}"[3:5]
