"""What a function of the language takes: read from the annotations of the Python function behind it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from milepost.host.language.constraint import BOOL, MIXED, NUMBER, STRING, Constraint, collection
from milepost.host.language.context import Context
from milepost.host.language.conversion import ConversionError, convert
from milepost.host.language.values import Marked, SetValue, Value
from milepost.sdk.functions import Function

_SIMPLE: Mapping[Any, Constraint] = {str: STRING, bool: BOOL, int: NUMBER, Decimal: NUMBER}


@dataclass(frozen=True)
class Parameter:
    """One parameter: what its values are converted to."""

    name: str
    annotation: Any
    is_optional: bool = False

    def converted(self, value: Value) -> Value:
        """Return an argument as the function wants it. Raises ConversionError."""
        found = convert(value, self.constraint)
        _check(found, self.annotation)
        return found

    @property
    def constraint(self) -> Constraint:
        """The type of its values."""
        return constraint_of(self.annotation)

    @property
    def takes_secrets(self) -> bool:
        """Whether it says that it takes secrets as they are."""
        return Marked in _choices(self.annotation)


@dataclass(frozen=True)
class Signature:
    """The parameters of a function."""

    name: str
    parameters: tuple[Parameter, ...]
    rest: Parameter | None
    """What takes all further arguments."""
    wants_context: bool

    def __str__(self) -> str:
        """Return it as one would write a call: `substr(text, offset, length)`."""
        names = [f"[{each.name}]" if each.is_optional else each.name for each in self.parameters]
        return f"{self.name}({', '.join([*names, *([f'{self.rest.name}…'] if self.rest else [])])})"

    def parameter(self, at: int) -> Parameter | None:
        """Return the parameter of an argument, counted from 0."""
        return self.parameters[at] if at < len(self.parameters) else self.rest

    def takes(self, count: int) -> bool:
        """Return whether it can be called with so many arguments."""
        return self.least <= count and (self.most is None or count <= self.most)

    @property
    def least(self) -> int:
        """How many arguments there must be."""
        return sum(not each.is_optional for each in self.parameters)

    @property
    def most(self) -> int | None:
        """How many there may be; None for any number."""
        return None if self.rest else len(self.parameters)


def signature_of(function: Function) -> Signature:
    """Return what a function takes."""
    hints = get_type_hints(function.call)
    all_of_them = list(inspect.signature(function.call).parameters.values())
    wants_context = bool(all_of_them) and hints.get(all_of_them[0].name) is Context
    parameters, rest = [], None
    for each in all_of_them[1 if wants_context else 0 :]:
        parameter = Parameter(each.name, hints.get(each.name, Any), each.default is not each.empty)
        if each.kind is each.VAR_POSITIONAL:
            rest = parameter
        elif each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD):
            parameters.append(parameter)
    return Signature(function.name, tuple(parameters), rest, wants_context)


def _choices(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def constraint_of(annotation: Any) -> Constraint:
    """Return the type that an annotation means; several that are not one type of the language are any type."""
    choices = [each for each in _choices(annotation) if each is not NoneType]
    found = {_single(each) for each in choices}
    return found.pop() if len(found) == 1 else MIXED


def _single(annotation: Any) -> Constraint:
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    origin, inner = get_origin(annotation) or annotation, get_args(annotation)
    if origin in (list, tuple, Sequence):
        return collection("list", constraint_of(inner[0]) if inner else MIXED)
    if origin is SetValue:
        return collection("set", MIXED)
    if origin in (dict, Mapping):
        return collection("map", constraint_of(inner[1]) if inner else MIXED)
    return MIXED


def _check(value: Value, annotation: Any, *, is_inside: bool = False) -> None:
    """Refuse null where it is not welcome, and a fraction where a whole number is meant."""
    if annotation is Any and (is_inside or value is not None):
        return
    choices = _choices(annotation)
    if value is None and NoneType not in choices:
        raise ConversionError("null cannot stand here")
    if isinstance(value, Decimal) and int in choices and Decimal not in choices:
        raise ConversionError("expected a whole number")
    inner = next((get_args(each) for each in choices if get_args(each)), ())
    if inner and inner[-1] is not Any and isinstance(value, (list, dict)):
        for key, each in enumerate(value) if isinstance(value, list) else value.items():
            try:
                _check(each, inner[0] if isinstance(value, list) else inner[-1], is_inside=True)
            except ConversionError as error:
                raise error.within(key) from None
