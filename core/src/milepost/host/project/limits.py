"""What the annotations of a config field allow beyond its type: ranges, lengths, patterns."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Meta

from milepost.host.language.values import described


def broken(value: Any, meta: Meta) -> str:
    """Return how a value breaks the limits of a field; empty if it does not."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _range(value, meta)
    if isinstance(value, str) and meta.pattern is not None and not re.search(meta.pattern, value):
        return f"expected a text of the form {meta.pattern}, found {described(value)}"
    if isinstance(value, (str, list, tuple, dict, set, frozenset)):
        return _length(len(value), meta, "characters" if isinstance(value, str) else "items")
    return ""


def _range(value: float, meta: Meta) -> str:
    limits = (
        (meta.ge, meta.ge is None or value >= meta.ge, "at least"),
        (meta.gt, meta.gt is None or value > meta.gt, "more than"),
        (meta.le, meta.le is None or value <= meta.le, "at most"),
        (meta.lt, meta.lt is None or value < meta.lt, "less than"),
        (meta.multiple_of, not meta.multiple_of or value % meta.multiple_of == 0, "a multiple of"),
    )
    broken_one = next(((limit, word) for limit, holds, word in limits if not holds), None)
    return f"expected {broken_one[1]} {broken_one[0]:g}, found {value:g}" if broken_one else ""


def _length(length: int, meta: Meta, what: str) -> str:
    if meta.min_length is not None and length < meta.min_length:
        return f"expected at least {meta.min_length} {what}, found {length}"
    if meta.max_length is not None and length > meta.max_length:
        return f"expected at most {meta.max_length} {what}, found {length}"
    return ""
