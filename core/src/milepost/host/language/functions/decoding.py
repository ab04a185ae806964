"""What the texts of data formats become: numbers that stay exact, and nothing that is too large or too deep."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from milepost.host.language.values import LARGEST, number
from milepost.sdk.functions import FunctionError, Number

DEEPEST = 100
"""Lists and objects in one another that a document may have."""


def exact(text: str) -> Number:
    """Return the number that digits mean. Raises FunctionError for one that takes thousands of digits to write."""
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    if len(text) > LARGEST or abs(Decimal(text).adjusted()) > LARGEST:
        raise FunctionError(f"the number {shown} is out of range: it has more than {LARGEST} digits", 0)
    return number(text)


def clean(value: Any, depth: int = 0) -> Any:
    """Return a decoded value with halves of characters replaced. Raises FunctionError where it nests too deep."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not isinstance(value, (list, dict)):
        return value
    if depth == DEEPEST:
        raise too_deep()
    if isinstance(value, list):
        return [clean(each, depth + 1) for each in value]
    return {clean(key): clean(each, depth + 1) for key, each in value.items()}


def too_deep() -> FunctionError:
    """Return the error of a document that nests deeper than is read."""
    return FunctionError(f"lists and objects nest deeper than {DEEPEST}", 0)
