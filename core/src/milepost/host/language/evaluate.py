"""Expressions in a scope: their values, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from milepost.host.language.scope import Deferred, Scope
from milepost.host.language.tree import Expression, Items, Literal, Number, Object, Reference, Splat, Template
from milepost.host.language.values import UNKNOWN, Unknown, Value, described, joined, number, plain_text
from milepost.sdk.problem import Position, Problem, nearest
from milepost.sdk.secret import Secret


class Evaluator:
    """Evaluates in one scope and collects problems; what has one has the value UNKNOWN."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.problems: list[Problem] = []

    def value(self, expression: Expression) -> Value:
        """Return the value of an expression; it may be, or hold, what is not known yet."""
        match expression:
            case Literal():
                return expression.value
            case Number():
                return number(expression.text)
            case Items():
                return [self.value(each) for each in expression.items]
            case Object():
                return self._object(expression)
            case Template():
                return self._template(expression)
            case Reference():
                return self._reference(expression)
            case _:
                return self._wrong("this is not known yet", expression.position)

    def _wrong(self, message: str, position: Position, hint: str = "") -> Unknown:
        self.problems.append(Problem(message, position, hint=hint))
        return UNKNOWN

    def _object(self, expression: Object) -> Value:
        found: dict[str, Value] = {}
        for entry in expression.entries:
            key = self.value(entry.key)
            if isinstance(key, Unknown):
                return key
            if isinstance(key, (str, int, Decimal)):
                found[plain_text(key)] = self.value(entry.value)
            else:
                self._wrong(f"a key is a text; found {described(key)}", entry.key.position)
        return found

    def _template(self, expression: Template) -> Value:
        """Return the text of a template; one expression alone keeps its type, and a secret makes all of it one."""
        if len(expression.parts) == 1:
            return self.value(expression.parts[0])
        texts: list[str | Secret] = []
        unknown: Unknown | None = None
        for part in expression.parts:
            value = self.value(part)
            if isinstance(value, Unknown):
                unknown = value
            elif isinstance(value, Secret):
                texts.append(value)
            elif isinstance(value, (str, int, Decimal)):
                texts.append(plain_text(value))
            else:
                unknown = self._wrong(f"{described(value)} cannot stand in a text", part.position)
        return unknown or joined(texts)

    def _reference(self, expression: Reference) -> Value:
        value: object = self.scope.root(expression.root)
        if value is None:
            return self._wrong(*unknown_root(expression, self.scope.names))
        where = expression.root
        if not expression.steps:
            example = f"{where}.name" if where in ("workspace", "app", "project") else f"{where}.NAME"
            return self._wrong(f'"{where}" is a group of values', expression.position, f"write {example}")
        for step in expression.steps:
            if isinstance(value, Unknown):
                return Unknown(str(expression))
            if isinstance(value, Deferred) or isinstance(step, Splat):
                return self._wrong("this is not known yet", expression.position)
            key = self.value(step)
            if isinstance(key, Unknown):
                return key
            value, where = self._step(value, key, where, step.position), _longer(where, key)
        return value if not isinstance(value, Mapping) else dict(value)  # type: ignore[return-value]  # of a Value or a scope's own mapping

    def _step(self, value: object, key: Value, where: str, position: Position) -> Value:
        """Return what `key` is in `value`."""
        if isinstance(value, Mapping):
            return self._named(value, key, where, position)
        if not isinstance(value, list):
            return self._wrong(f"{where} is {described(value)}, which has no parts", position)
        if isinstance(key, bool) or not isinstance(key, int):
            return self._wrong(f"{where} is a list; found {described(key)} in place of a number", position)
        if not 0 <= key < len(value):
            return self._wrong(f"{where} has {len(value)} items, counted from 0; there is no number {key}", position)
        found: Value = value[key]
        return found

    def _named(self, value: Mapping[str, Value], key: Value, where: str, position: Position) -> Value:
        if isinstance(key, bool) or not isinstance(key, (str, int, Decimal)):
            return self._wrong(f"{where} has names; found {described(key)}", position)
        name = plain_text(key)
        if name in value:
            return value[name]
        known = tuple(sorted(value))
        close = nearest(name, known)
        hint = f"did you mean {_longer(where, close)}?" if close else _list_of(where, known)
        return self._wrong(f"there is no {_longer(where, name)}", position, hint)


def unknown_root(reference: Reference, names: tuple[str, ...]) -> tuple[str, Position, str]:
    """Return what to say about a name that means nothing."""
    close = nearest(reference.root, names)
    hint = f"did you mean {close}?" if close else f"a text stands in quotes; names begin with {', '.join(names)}"
    return f'the name "{reference.root}" means nothing', reference.position, hint


def _longer(where: str, key: Value) -> str:
    return f"{where}[{key}]" if isinstance(key, int) else f"{where}.{key}"


def _list_of(where: str, known: tuple[str, ...]) -> str:
    return f"there is {', '.join(f'{where}.{each}' for each in known[:12])}" if known else f"{where} is empty"
