"""JSON: values as text, and back."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from milepost.host.language.functions.decoding import clean, exact, too_deep
from milepost.host.language.values import plain_text
from milepost.sdk.functions import FunctionError, function

_ESCAPED = re.compile("[<>&\u2028\u2029]")


@function
def jsondecode(text: str) -> Any:
    r"""Return the value that a JSON text means. Of a key that stands there twice, the last counts.

    Numbers stay exact, however many digits they have.

    Example: jsondecode("{\"a\": [1.50, null]}") is {a = [1.5, null]}
    Example: jsondecode("[1,]") fails
    """
    try:
        found = json.loads(text, parse_int=exact, parse_float=exact, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise FunctionError(f"this is no JSON: {_complaint(text, error)}", 0) from error
    except RecursionError as error:
        raise too_deep() from error
    return clean(found)


def _complaint(text: str, error: json.JSONDecodeError) -> str:
    """Return what was found and where; a comma before an end is told alike, whatever Python says of it."""
    at, why = error.pos, error.msg.lower()
    if text[at : at + 1] == ",":
        # From Python 3.13 on, the place is that of the comma.
        at += len(text[at + 1 :]) - len(text[at + 1 :].lstrip()) + 1
    if text[at : at + 1] in ("]", "}") and text[:at].rstrip().endswith(","):
        why = "no comma stands before the end"
    else:
        at = error.pos
    what = "the end" if at >= len(text) else f'"{text[at]}"'
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return f"found {what} at line {line}, column {column}: {why}"


def _no_number(name: str) -> NoReturn:
    raise FunctionError(f"this is no JSON: {name} is no number there", 0)


@function
def jsonencode(value: Any | None) -> str:
    r"""Return a value as JSON, in one line, with sorted keys. Numbers are written out, without exponents.

    The characters <, > and & are escaped, so that the text can stand in HTML.

    Example: jsonencode({b = [1.50, true], a = null}) is "{\"a\":null,\"b\":[1.5,true]}"
    Example: jsonencode("<") is "\"\\u003c\""
    """
    return "".join(_pieces(value))


def _pieces(value: Any) -> list[str]:
    match value:
        case None:
            return ["null"]
        case str():
            return [_quoted(value)]
        case bool() | int() | Decimal():
            return [plain_text(value)]
        case list():
            inner = [piece for each in value for piece in (",", *_pieces(each))]
            return ["[", *inner[1:], "]"]
        case _:
            pairs = [piece for key in sorted(value) for piece in (",", _quoted(key), ":", *_pieces(value[key]))]
            return ["{", *pairs[1:], "}"]


def _quoted(text: str) -> str:
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


FUNCTIONS = (jsondecode, jsonencode)
