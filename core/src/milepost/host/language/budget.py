"""How much the expressions of one evaluator may make in all: a few lines that double each other end with an error."""

from __future__ import annotations

from typing import Any

from milepost.host.language.values import Marked
from milepost.sdk.secret import Secret

TEXT = 16 * 1024 * 1024
"""Characters of text."""
ITEMS = 1_000_000
"""Items of lists and objects, counted with all that is in them."""


_PIECE = 64
"""What a piece of a secret counts for, in characters."""


class ExhaustedError(Exception):
    """There is no more to spend."""


class Budget:
    """What is left to spend."""

    def __init__(self) -> None:
        self._text, self._items = TEXT, ITEMS

    def spend(self, value: Any) -> None:
        """Count a value that was made. Raises ExhaustedError."""
        if isinstance(value, Marked):
            value = value.value
        if isinstance(value, Secret):
            # Each piece of it is kept, and so are the names of their sources.
            self._text -= len(value.parts) * _PIECE
            value = value.reveal()
        if isinstance(value, str):
            self._text -= len(value)
        elif isinstance(value, (list, dict)):
            self._count(value)
        if self._text < 0:
            raise ExhaustedError(f"more than {TEXT // 2**20} MiB of text are made here in all")

    def _count(self, value: Any) -> None:
        self._items -= len(value)
        if self._items < 0:
            raise ExhaustedError(f"more than {ITEMS:,} items of lists and objects are made here in all")
        for each in value if isinstance(value, list) else value.values():
            if isinstance(each, (list, dict)):
                self._count(each)
