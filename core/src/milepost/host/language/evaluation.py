"""What the rules for each kind of expression have to work with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from milepost.host.language.scope import Scope
from milepost.host.language.tree import Expression
from milepost.host.language.values import Unknown, Value
from milepost.sdk.functions import Function
from milepost.sdk.problem import Position, Problem

ValueT = TypeVar("ValueT")


class Evaluation(Protocol):
    """An evaluation that is under way; a rule takes it and an expression of its kind, and returns the value."""

    bound: Mapping[str, Value]
    """The names that stand before those of the scope: a `for`'s own, and a template's."""

    is_rendering: bool
    """Whether a function renders a template just now."""

    @property
    def scope(self) -> Scope:
        """The meaning of names."""
        ...

    def evaluate(self, expression: Expression) -> Value:
        """Return the value of an expression; UNKNOWN if something is wrong with it, which is then told."""
        ...

    def apart(self, expression: Expression) -> tuple[Value, list[Problem]]:
        """Return the value of an expression and what is wrong with it, which is not told."""
        ...

    def deferred(self, name: str, expression: Expression) -> Value:
        """Return the value of a name such as `local.x` whose expression is evaluated in the scope alone, once."""
        ...

    def wrong(self, message: str, position: Position, hint: str = "") -> Unknown:
        """Tell that something is wrong, and return UNKNOWN."""
        ...

    def tell(self, problems: list[Problem]) -> None:
        """Tell what was found wrong before."""
        ...

    def made(self, value: ValueT, position: Position) -> ValueT:
        """Return a value that was made anew, and count its size; ends the evaluation if that is too much in all."""
        ...

    def signature(self, function: Function) -> Any:
        """Return the Signature of a function."""
        ...
