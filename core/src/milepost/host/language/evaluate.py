"""Expressions in a scope: their values, and what is wrong with them. The rules for each kind stand in other modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from milepost.host.language.budget import Budget, ExhaustedError
from milepost.host.language.calls import call
from milepost.host.language.conditional import conditional
from milepost.host.language.deferral import Name, circular, order
from milepost.host.language.evaluation import Evaluation
from milepost.host.language.loops import loop
from milepost.host.language.operators import operations, unary
from milepost.host.language.provenance import concealed, is_secret, object_text, revealed
from milepost.host.language.scope import Scope
from milepost.host.language.signature import Signature, signature_of
from milepost.host.language.templates import join, template
from milepost.host.language.traversal import access, reference, unknown_root
from milepost.host.language.tree import (
    Access,
    Call,
    Conditional,
    Expression,
    For,
    Items,
    Join,
    Literal,
    Number,
    Object,
    Operations,
    Reference,
    Template,
    Unary,
)
from milepost.host.language.values import UNKNOWN, Unknown, Value, described, number, plain_text
from milepost.sdk.functions import Function
from milepost.sdk.problem import Position, Problem

ValueT = TypeVar("ValueT")

__all__ = ["Evaluator", "unknown_root"]


class _TooMuchError(Exception):
    """The evaluation ends here, whatever it stands in."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Evaluator:
    """Evaluates in one scope and collects problems; what has one has the value UNKNOWN."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.problems: list[Problem] = []
        self.bound: Mapping[str, Value] = {}
        self.is_rendering = False
        self._budget: Budget | None = Budget()
        self._known: dict[str, tuple[Value, list[Problem]]] = {}
        self._pending: list[str] = []
        self._signatures: dict[Function, Signature] = {}

    def value(self, expression: Expression) -> Value:
        """Return the value of an expression; it may be, or hold, what is not known yet."""
        if self._budget is None:
            return UNKNOWN
        problems = self.problems
        try:
            return self.evaluate(expression)
        except _TooMuchError as error:
            self._budget = None
            problems.append(error.problem)
        except RecursionError:
            problems.append(Problem("this is nested too deep to be evaluated", expression.position))
        return UNKNOWN

    def evaluate(self, expression: Expression) -> Value:
        """Return the value of an expression that stands in another."""
        return _RULES[type(expression)](self, expression)

    def apart(self, expression: Expression) -> tuple[Value, list[Problem]]:
        """Return the value of an expression and what is wrong with it, which is not told."""
        outer, self.problems = self.problems, []
        try:
            value = self.evaluate(expression)
            return value, self.problems
        finally:
            self.problems = outer

    def deferred(self, name: str, expression: Expression) -> Value:
        """Return the value of a name such as `local.x` whose expression is evaluated in the scope alone, once."""
        if name not in self._known:
            needed = order(self.scope, Name(name, expression, expression.position), self._known)
            for each in needed.names:
                self._settle(each)
            self._known |= {each: (UNKNOWN, [needed.problem]) for each in needed.circle if needed.problem}
            self._settle(Name(name, expression, expression.position))
        value, problems = self._known[name]
        self.tell([each for each in problems if each not in self.problems])
        return value

    def _settle(self, name: Name) -> None:
        """Evaluate a name, unless it is known."""
        if name.text in self._known:
            return
        if name.text in self._pending:
            circle = self._pending[self._pending.index(name.text) :]
            self._known[name.text] = UNKNOWN, [circular(circle, name.expression.position)]
            return
        outer, self.bound = self.bound, {}
        self._pending.append(name.text)
        try:
            found = self.apart(name.expression)
        finally:
            self.bound = outer
            self._pending.pop()
        self._known.setdefault(name.text, found)

    def wrong(self, message: str, position: Position, hint: str = "") -> Unknown:
        """Tell that something is wrong, and return UNKNOWN."""
        self.problems.append(Problem(message, position, hint=hint))
        return UNKNOWN

    def tell(self, problems: list[Problem]) -> None:
        """Tell what was found wrong before."""
        self.problems += problems

    def made(self, value: ValueT, position: Position) -> ValueT:
        """Return a value that was made anew, and count its size; ends the evaluation if that is too much in all."""
        try:
            if self._budget is not None:
                self._budget.spend(value)
        except ExhaustedError as error:
            hint = "does something here double itself again and again?"
            raise _TooMuchError(Problem(str(error), position, hint=hint)) from None
        return value

    def signature(self, function: Function) -> Signature:
        """Return what a function takes."""
        if function not in self._signatures:
            self._signatures[function] = signature_of(function)
        return self._signatures[function]


def _items(evaluation: Evaluation, expression: Items) -> Value:
    return evaluation.made([evaluation.evaluate(each) for each in expression.items], expression.position)


def _object(evaluation: Evaluation, expression: Object) -> Value:
    """Return an object; a key that is not known yet makes all of it so, and one that is secret, secret."""
    found: dict[str, Any] = {}
    unknown: Unknown | None = None
    keys: list[Value] = []
    for entry in expression.entries:
        key, value = evaluation.evaluate(entry.key), evaluation.evaluate(entry.value)
        clear = revealed(key)
        if isinstance(clear, Unknown):
            unknown = unknown or clear
        elif isinstance(clear, (str, int, Decimal)):
            found[plain_text(clear)] = value
            keys.append(key)
        else:
            unknown = evaluation.wrong(f"a key is a text; found {described(key)}", entry.key.position)
    evaluation.made(found, expression.position)
    if unknown is not None:
        return unknown
    if not any(map(is_secret, keys)):
        return found
    # Two secret keys may be the same one: then what stands there would tell so.
    return concealed(revealed(found), object_text(keys, found.values()) if len(keys) == len(found) else "")


_RULES: dict[type, Callable[[Evaluation, Any], Value]] = {
    Literal: lambda _, expression: expression.value,
    Number: lambda _, expression: number(expression.text),
    Items: _items,
    Object: _object,
    Template: template,
    Reference: reference,
    Access: access,
    Call: call,
    Unary: unary,
    Operations: operations,
    Conditional: conditional,
    For: loop,
    Join: join,
}
"""How an expression of each kind is evaluated."""
