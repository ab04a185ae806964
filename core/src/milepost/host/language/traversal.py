"""Names and the ways from them: references, indexes, attributes and splats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from milepost.host.language.constraint import NUMBER, STRING
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.evaluation import Evaluation
from milepost.host.language.provenance import (
    composed,
    concealed,
    is_secret,
    is_unknown,
    part_of,
    parts_of,
    revealed,
    step_text,
    text_of,
)
from milepost.host.language.scope import Deferred
from milepost.host.language.tree import Access, Reference, Splat, Step
from milepost.host.language.values import UNKNOWN, Marked, SetValue, Unknown, Value, described, plain_text
from milepost.sdk.problem import Position, nearest

_SHOWN = 12


def reference(evaluation: Evaluation, expression: Reference) -> Value:
    """Return what a name means, and the way from it."""
    if expression.root in evaluation.bound:
        root: Any = evaluation.bound[expression.root]
    else:
        root = evaluation.scope.root(expression.root)
        if root is None:
            return evaluation.wrong(*unknown_root(expression, (*evaluation.bound, *evaluation.scope.names)))
    if isinstance(root, Unknown) and not root.name:
        root = Unknown(str(expression))
    found: Value = _way(evaluation, root, expression.steps, expression.root)
    return found


def access(evaluation: Evaluation, expression: Access) -> Value:
    """Return what is on the way from the value of an expression."""
    found: Value = _way(evaluation, evaluation.evaluate(expression.target), expression.steps, "")
    return found


def _way(evaluation: Evaluation, value: Any, steps: Sequence[Step], where: str) -> Any:
    """Return what is at the end of a way, UNKNOWN if a step is wrong; `where` is the way until here, for messages."""
    for step in steps:
        if isinstance(step, Splat):
            value, where = splat(evaluation, value, step), ""
            continue
        key = evaluation.evaluate(step)
        value = _taken(evaluation, value, key, where, step.position)
        where = _longer(where, key) if where else ""
    return whole_group(evaluation, value, where)


def _taken(evaluation: Evaluation, value: Any, key: Value, where: str, position: Position) -> Any:
    """Return what is at a key; the mark of a secret key is on it."""
    if isinstance(value, Unknown) or isinstance(key, Unknown):
        return value if isinstance(value, Unknown) else key
    if revealed(key) is None:
        return evaluation.wrong(
            f"{described(key)} is no {'number' if isinstance(value, list) else 'name'} of an item", position
        )
    found = _step(evaluation, value, revealed(key), _Place(where, position, is_key_hidden=is_secret(key)))
    if not is_secret(key) or found is UNKNOWN:
        return found
    whole = whole_group(evaluation, value, where)
    # Which item was taken must not be seen from what it waits for.
    return is_unknown(whole) or concealed(revealed(found), composed("{}[{}]", whole, key))


class _Place:
    """Where a step stands: the way until there, and which of value and key must not be shown."""

    def __init__(self, where: str, position: Position, *, is_key_hidden: bool, is_value_hidden: bool = False) -> None:
        self.where, self.position = where, position
        self.is_key_hidden, self.is_value_hidden = is_key_hidden, is_value_hidden

    def inside(self) -> _Place:
        """Return the same place in a secret value."""
        return _Place(self.where, self.position, is_key_hidden=self.is_key_hidden, is_value_hidden=True)

    @property
    def it(self) -> str:
        """What the value is called."""
        return self.where or "this"

    def key(self, key: Value) -> str:
        """Return what the key is, for messages."""
        return "a secret" if self.is_key_hidden else described(key)


def _step(evaluation: Evaluation, value: Any, key: Any, place: _Place) -> Any:
    """Return what a key in clear is in a value."""
    if isinstance(value, Deferred):
        return _deferred(evaluation, value, key, place)
    if isinstance(value, Marked) and isinstance(value.value, (list, dict)):
        found = _step(evaluation, value.value, key, place.inside())
        return found if found is UNKNOWN else part_of(value, _key(value.value, key))
    if isinstance(value, Mapping):
        return _named(evaluation, value, key, place)
    if isinstance(value, list):
        return _numbered(evaluation, value, key, place)
    return evaluation.wrong(f"{place.it} is {described(value)}, which has no parts", place.position)


def _key(value: Any, key: Any) -> Any:
    """Return a key as it is used: a number for a list, else a text."""
    return convert(key, NUMBER if isinstance(value, list) else STRING)


def _numbered(evaluation: Evaluation, value: list[Any], key: Any, place: _Place) -> Any:
    if isinstance(value, SetValue):
        return evaluation.wrong(f"{place.it} is a set, which has no numbers", place.position, "write tolist(…)[0]")
    try:
        number = convert(key, NUMBER)
    except ConversionError:
        message = f"{place.it} is a list; found {place.key(key)} in place of a number"
        is_word = isinstance(key, str) and not place.is_key_hidden
        return evaluation.wrong(
            message, place.position, f"write [*].{key} for the {key} of each item" if is_word else ""
        )
    assert isinstance(number, (int, Decimal)), "null was refused before"
    if number != int(number):
        message = f"{place.it} is a list; found {place.key(number)} in place of a whole number"
        return evaluation.wrong(message, place.position)
    if not 0 <= number < len(value):
        shown = "number that is a secret" if place.is_key_hidden else f"number {number}"
        count = "secret items" if place.is_value_hidden else f"{len(value)} item{'' if len(value) == 1 else 's'}"
        message = f"{place.it} has {count}, counted from 0; there is no {shown}"
        return evaluation.wrong(message, place.position)
    return value[int(number)]


def _named(evaluation: Evaluation, value: Mapping[str, Any], key: Any, place: _Place) -> Any:
    if not isinstance(key, (str, int, Decimal)):
        return evaluation.wrong(f"{place.it} has names; found {place.key(key)}", place.position)
    name = plain_text(key)
    if name in value:
        found = value[name]
        return Unknown(_longer(place.where, name)) if found is UNKNOWN and place.where else found
    return _missing(evaluation, value, name, place)


def _missing(evaluation: Evaluation, value: Mapping[str, Any], name: str, place: _Place) -> Any:
    """Tell that there is no such name, and which there are."""
    known, where = tuple(sorted(value)), place.where
    if place.is_key_hidden:
        return evaluation.wrong(f"{place.it} has no part of that secret name", place.position)
    if place.is_value_hidden:
        return evaluation.wrong(f'{place.it} is a secret, and there is no "{name}" in it', place.position)
    close = nearest(name, known)
    hint = f"did you mean {_longer(where, close)}?" if close else _list_of(where, known)
    what = f"there is no {_longer(where, name)}" if where else f'there is no "{name}" in this'
    return evaluation.wrong(what, place.position, hint)


def _deferred(evaluation: Evaluation, value: Deferred, key: Any, place: _Place) -> Any:
    found = _named(evaluation, value.expressions, key, place)
    return found if found is UNKNOWN else evaluation.deferred(_longer(place.where, plain_text(key)), found)


def whole_group(evaluation: Evaluation, value: Any, where: str) -> Any:
    """Return a value; a group of names is an object of all that is in it."""
    if isinstance(value, Deferred):
        return {
            name: evaluation.deferred(_longer(where, name), each) for name, each in sorted(value.expressions.items())
        }
    if isinstance(value, Mapping) and (not isinstance(value, dict) or any(map(_is_group, value.values()))):
        return {name: whole_group(evaluation, each, _longer(where, name)) for name, each in value.items()}
    return value


def _is_group(value: Any) -> bool:
    return isinstance(value, Deferred) or (isinstance(value, Mapping) and not isinstance(value, dict))


def splat(evaluation: Evaluation, value: Any, step: Splat) -> Any:
    """Return what the steps lead to from each item; what is no list is a list of itself, null an empty one."""
    if isinstance(value, Unknown) or value is None:
        return [] if value is None else value
    items = parts_of(value)[1] if _is_secret_list(value) else value
    if not isinstance(items, list):
        items = [whole_group(evaluation, value, "")]
    found = evaluation.made([_way(evaluation, each, step.steps, "") for each in items], step.position)
    if any(each is UNKNOWN for each in found):
        return UNKNOWN
    return concealed(revealed(found), text_of(found) if found else value.origin) if _is_secret_list(value) else found


def _is_secret_list(value: Any) -> bool:
    return isinstance(value, Marked) and isinstance(value.value, list)


def unknown_root(reference: Reference, names: tuple[str, ...]) -> tuple[str, Position, str]:
    """Return what to say about a name that means nothing."""
    close = nearest(reference.root, names)
    hint = f"did you mean {close}?" if close else f"a text stands in quotes; names begin with {', '.join(names)}"
    return f'the name "{reference.root}" means nothing', reference.position, hint


def _longer(where: str, key: Value) -> str:
    """Return a way with one step more, as it is written; the step alone where nothing is before it."""
    if is_secret(key):
        return f"{where}[(secret)]"
    if not where:
        return str(key)
    return where + step_text(key if isinstance(key, (int, str)) and not isinstance(key, bool) else described(key))


def _list_of(where: str, known: tuple[str, ...]) -> str:
    if not known:
        return f"{where or 'it'} is empty"
    return f"there is {', '.join(_longer(where, each) for each in known[:_SHOWN])}"
