"""Ids that are the same at each run of a test."""

from __future__ import annotations

from itertools import count

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class FakeIds:
    """Makes ids like real ones, in order: 26 characters, and no two end in the same four."""

    def __init__(self, prefix: str = "01TEST") -> None:
        self._prefix = prefix
        self._numbers = count(1)

    def __call__(self) -> str:
        """Return the next id."""
        number, text = next(self._numbers), ""
        while number:
            number, digit = divmod(number, len(_DIGITS))
            text = _DIGITS[digit] + text
        return self._prefix + text.rjust(26 - len(self._prefix), "0")
