"""What the evaluator asks of whoever knows what names and functions mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

from milepost.host.language.context import Context
from milepost.host.language.tree import Expression
from milepost.host.language.values import Unknown
from milepost.sdk.functions import Function


class Deferred(NamedTuple):
    """Names whose values are evaluated when they are asked for, in the same scope: `local.*`."""

    expressions: Mapping[str, Expression]


Root: TypeAlias = Mapping[str, Any] | Deferred | Unknown
"""What stands behind the first name of a reference; a group in a group is a mapping in a mapping."""


class Functions(Protocol):
    """The functions that can be called."""

    def find(self, name: str) -> Function | None:
        """Return the function of that name."""
        ...

    def names(self) -> Iterable[str]:
        """Return the names of all functions, for messages."""
        ...


class Scope(Protocol):
    """The meaning of names at one place and one moment."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that references can begin with."""
        ...

    def root(self, name: str) -> Root | None:
        """Return what a name means; None if it means nothing."""
        ...

    @property
    def functions(self) -> Functions:
        """The functions that can be called."""
        ...

    @property
    def context(self) -> Context:
        """The world around."""
        ...
