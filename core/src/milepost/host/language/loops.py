"""`for` expressions: lists and objects made from the items of another."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from milepost.host.language.constraint import BOOL, STRING
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.evaluation import Evaluation
from milepost.host.language.provenance import concealed, is_secret, object_text, parts_of, revealed, text_of
from milepost.host.language.tree import Expression, For
from milepost.host.language.values import UNKNOWN, Marked, SetValue, Unknown, Value, described


def loop(evaluation: Evaluation, expression: For) -> Value:
    """Return the list or object that a `for` makes; a secret collection, condition or key makes all of it secret."""
    collection = evaluation.evaluate(expression.collection)
    if isinstance(collection, Unknown):
        return collection
    outer = evaluation.bound
    try:
        return _Loop(evaluation, expression, is_hidden=isinstance(collection, Marked)).over(collection)
    except _StopError as stop:
        return stop.value
    finally:
        evaluation.bound = outer


class _StopError(Exception):
    """The loop cannot go on; `value` is what it is as a whole."""

    def __init__(self, value: Unknown) -> None:
        super().__init__()
        self.value = value


class _Loop:
    """One `for` at work."""

    def __init__(self, evaluation: Evaluation, expression: For, *, is_hidden: bool) -> None:
        self.evaluation, self.expression, self.is_hidden = evaluation, expression, is_hidden
        self.is_chosen = False
        """Whether a secret decides which items there are."""
        self.keys: list[Value] = []
        self.values: list[Value] = []

    def over(self, collection: Value) -> Value:
        """Return what is made of a collection."""
        outer, names = self.evaluation.bound, self.expression
        for key, item in self._items(collection):
            own = {names.name: item} if names.key_name is None else {names.key_name: key, names.name: item}
            self.evaluation.bound = {**outer, **own}
            self._turn()
        return self._list() if self.expression.key is None else self._object()

    def _items(self, collection: Value) -> Iterable[tuple[Value, Value]]:
        """Return the keys and items of a collection: of an object by its names in order, of a set the items twice."""
        if isinstance(collection, Marked) and isinstance(collection.value, (list, dict)):
            return zip(*parts_of(collection), strict=True)
        if isinstance(collection, SetValue):
            return zip(collection, collection, strict=True)
        if isinstance(collection, list):
            return enumerate(collection)
        if isinstance(collection, dict):
            return sorted(collection.items(), key=itemgetter(0))
        found = f"found {described(collection)}"
        raise self._stopped(f"for walks over a list, a set or an object; {found}", self.expression.collection)

    def _turn(self) -> None:
        """Add what one turn makes."""
        if not self._holds():
            return
        key = self._key()
        value, problems = self.evaluation.apart(self.expression.value)
        if problems:
            # The next items would tell the same.
            self.evaluation.tell(problems)
            raise _StopError(UNKNOWN)
        self.keys.append(key)
        self.values.append(value)

    def _holds(self) -> bool:
        """Return whether the condition holds for the item."""
        if self.expression.condition is None:
            return True
        condition = self._converted(self.expression.condition, "the condition", "true or false")
        # Which items are left would tell what the secret is.
        self.is_chosen = self.is_chosen or is_secret(condition)
        return bool(revealed(condition))

    def _key(self) -> Value:
        if self.expression.key is None:
            return ""
        return self._converted(self.expression.key, "a key", "a text")

    def _converted(self, expression: Expression, what: str, expected: str) -> Value:
        """Return the value of the condition or the key."""
        value, problems = self.evaluation.apart(expression)
        if problems or isinstance(value, Unknown):
            self.evaluation.tell(problems)
            raise _StopError(value if isinstance(value, Unknown) else UNKNOWN)
        self.is_hidden = self.is_hidden or is_secret(value)
        try:
            found = convert(value, STRING if expression is self.expression.key else BOOL)
        except ConversionError:
            found = None
        if revealed(found) is None:
            raise self._stopped(f"{what} is {expected}; found {described(value)}", expression)
        return found

    def _stopped(self, message: str, expression: Expression, hint: str = "") -> _StopError:
        return _StopError(self.evaluation.wrong(message, expression.position, hint))

    def _list(self) -> Value:
        found = self.evaluation.made(self.values, self.expression.position)
        return self._hidden(found, text_of(found)) if self.is_hidden else found

    def _object(self) -> Value:
        found: dict[str, Any] = {}
        for key, value in zip(self.keys, self.values, strict=True):
            name = revealed(key)
            if self.expression.groups:
                found.setdefault(name, []).append(value)
            elif name in found:
                self._twice(name)
            else:
                found[name] = value
        self.evaluation.made(found, self.expression.position)
        if not self.is_hidden:
            return found
        return self._hidden(found, "" if self.expression.groups else object_text(self.keys, self.values))

    def _hidden(self, found: Value, origin: str) -> Value:
        """Return what was made as a secret; one that would be read from nothing secret has no origin."""
        is_derived = is_secret([*self.keys, *self.values]) and not self.is_chosen
        return concealed(revealed(found), origin if is_derived else "")

    def _twice(self, name: str) -> None:
        assert self.expression.key is not None, "only objects have keys"
        shown = "a secret key" if self.is_hidden else f'the key "{name}"'
        hint = "write ... after the value to collect the values of a key in a list"
        raise self._stopped(f"{shown} comes twice", self.expression.key, hint)
