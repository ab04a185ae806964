"""Values of the project file made into the types that config classes ask for, one field at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Meta, Struct, structs

from milepost.host.language.constraint import BOOL, NUMBER, STRING
from milepost.host.language.conversion import ConversionError
from milepost.host.language.conversion import convert as converted
from milepost.host.language.provenance import concealed, part_of
from milepost.host.language.values import Marked, Unknown, described, plain_text
from milepost.host.project import limits
from milepost.host.project.duration import seconds
from milepost.host.project.wording import alternatives, bare, is_union, worded
from milepost.sdk.problem import nearest
from milepost.sdk.secret import Part, Secret

Path = tuple[str | int, ...]

_SIMPLE = {str: STRING, bool: BOOL, int: NUMBER, float: NUMBER}

LEFT_OUT: Any = object()
"""What stands for a value that is wrong, or not known yet."""


class Given(NamedTuple):
    """A nested block: its labels and the values in it."""

    labels: tuple[str, ...]
    values: Mapping[str, Any]


class Wrong(NamedTuple):
    """What is wrong with a value, and where in the config it stands."""

    path: Path
    message: str
    hint: str = ""
    of_name: bool = False
    """It is the name that is wrong, not the value."""


class Converter:
    """Converts and collects what is wrong; a value that is not known yet is wrong too unless `tolerant`.

    One that is `loose` makes texts of numbers and numbers of texts, as HCL and Waypoint do.
    """

    def __init__(self, *, tolerant: bool, loose: bool = False) -> None:
        self.tolerant, self.loose = tolerant, loose
        self.wrong: list[Wrong] = []
        self._kinds: dict[Any, Callable[[Any, Any, Path], Any]] = {
            str: self._text,
            bool: self._truth,
            int: self._integer,
            float: self._float,
        }

    def convert(self, value: Any, kind: Any, path: Path) -> Any:
        """Return the value as that type; LEFT_OUT if it cannot be."""
        if isinstance(value, Unknown):
            # One without a name could not be evaluated, which has been said.
            if not self.tolerant and value.name:
                self._say(path, f"{value.name} is not known yet")
            return LEFT_OUT
        if isinstance(value, Marked):
            value = _opened(value)
        if get_origin(kind) is Annotated:
            inner, *extras = get_args(kind)
            return self._limited(self.convert(value, inner, path), extras, path)
        if is_union(kind):
            return self._union(value, kind, path)
        return self._single(value, kind, path)

    def _single(self, value: Any, kind: Any, path: Path) -> Any:
        origin = get_origin(kind) or kind
        if self.loose:
            value = _loosely(value, kind)
        if kind in self._kinds:
            return self._kinds[kind](value, kind, path)
        if origin is Literal:
            return value if value in get_args(kind) else self._expected(value, kind, path)
        if origin in (list, tuple, set, frozenset):
            return self._list(value, kind, path)
        if origin is dict:
            return self._dict(value, kind, path)
        if isinstance(kind, type) and issubclass(kind, Secret):
            return self._secret(value, kind, path)
        if isinstance(kind, type) and issubclass(kind, Struct):
            return self._struct(value, kind, path)
        return self._other(value, kind, path)

    def _say(self, path: Path, message: str, hint: str = "", *, of_name: bool = False) -> Any:
        self.wrong.append(Wrong(path, message, hint, of_name))
        return LEFT_OUT

    def _expected(self, value: Any, kind: Any, path: Path, hint: str = "") -> Any:
        if isinstance(value, Secret):
            return self._say(path, "a secret cannot stand here: it would be recorded and shown", hint)
        if get_origin(kind) is Literal and isinstance(value, str):
            close = nearest(value, tuple(each for each in get_args(kind) if isinstance(each, str)))
            hint = f'did you mean "{close}"?' if close else hint
        return self._say(path, f"expected {worded(kind)}, found {_found(value)}", hint)

    def _limited(self, value: Any, extras: list[Any], path: Path) -> Any:
        for extra in extras:
            if value is not LEFT_OUT and isinstance(extra, Meta) and (why := limits.broken(value, extra)):
                value = self._say(path, why)
        return value

    def _union(self, value: Any, kind: Any, path: Path) -> Any:
        """Return the value as the first of the types that takes it."""
        if value is None and type(None) in get_args(kind):
            return None
        kinds = alternatives(kind)
        if len(kinds) == 1:
            return self.convert(value, kinds[0], path)
        tried = []
        for each in sorted(kinds, key=lambda kind: bare(kind) is not type(value)):
            trial = Converter(tolerant=self.tolerant, loose=self.loose)
            converted = trial.convert(value, each, path)
            if not trial.wrong:
                return converted
            tried.append(trial.wrong)
        deepest = max(tried, key=lambda wrong: len(wrong[0].path))
        if len(deepest[0].path) > len(path):
            self.wrong += deepest
            return LEFT_OUT
        return self._expected(value, kind, path)

    def _text(self, value: Any, kind: Any, path: Path) -> Any:
        if isinstance(value, str):
            return value
        is_simple = isinstance(value, (bool, int, Decimal))
        return self._expected(value, kind, path, f'write "{plain_text(value)}"' if is_simple else "")

    def _truth(self, value: Any, kind: Any, path: Path) -> Any:
        hint = f"write {value} without quotes" if value in ("true", "false") else ""
        return value if isinstance(value, bool) else self._expected(value, kind, path, hint)

    def _integer(self, value: Any, kind: Any, path: Path) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        hint = f"write {value} without quotes" if isinstance(value, str) and value.isdecimal() else ""
        return self._expected(value, kind, path, hint)

    def _float(self, value: Any, kind: Any, path: Path) -> Any:
        """Return a number; a duration such as `10s` is its seconds."""
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            return float(value)
        found = seconds(value) if isinstance(value, str) else None
        return self._expected(value, kind, path) if found is None else found

    def _secret(self, value: Any, kind: type[Secret], path: Path) -> Any:
        if isinstance(value, Secret):
            return kind(value.parts) if not isinstance(value, kind) else value
        return kind([Part(value)]) if isinstance(value, str) else self._expected(value, kind, path)

    def _list(self, value: Any, kind: Any, path: Path) -> Any:
        origin, arguments = get_origin(kind) or kind, get_args(kind)
        if not isinstance(value, list):
            return self._expected(
                value, kind, path, "" if isinstance(value, Mapping) else "write it in brackets, [ … ]"
            )
        if origin is tuple and arguments and arguments[-1] is not Ellipsis:
            if len(arguments) != len(value):
                return self._say(path, f"expected {len(arguments)} items, found {len(value)}")
            kinds = arguments
        else:
            kinds = (arguments[0] if arguments else Any,) * len(value)
        items = [self.convert(each, kinds[at], (*path, at)) for at, each in enumerate(value)]
        return LEFT_OUT if any(each is LEFT_OUT for each in items) else origin(items)

    def _dict(self, value: Any, kind: Any, path: Path) -> Any:
        arguments = get_args(kind) or (str, Any)
        if isinstance(value, list) and value and all(isinstance(each, Given) for each in value):
            value = _by_label(value)
        if not isinstance(value, Mapping):
            return self._expected(value, kind, path)
        # A map of texts takes numbers and truth values as HCL does: PORT = 8080 in an environment.
        texts = str in (bare(arguments[1]), *map(bare, alternatives(arguments[1])))
        items = {
            key: self.convert(_as_text(each) if texts else each, arguments[1], (*path, key))
            for key, each in value.items()
        }
        return LEFT_OUT if any(each is LEFT_OUT for each in items.values()) else items

    def _struct(self, value: Any, kind: type[Struct], path: Path) -> Any:
        if isinstance(value, list) and value and all(isinstance(each, Given) for each in value):
            if len(value) > 1:
                return self._say((*path, 1), f'the block "{path[-1]}" is given twice', "leave one of them out")
            value = value[0]
        if isinstance(value, Given):
            return self.struct(value.values, kind, path)
        return self.struct(value, kind, path) if isinstance(value, Mapping) else self._expected(value, kind, path)

    def struct(self, values: Mapping[str, Any], kind: type[Struct], path: Path) -> Any:
        """Return a struct of these values; fields that are not given have their defaults."""
        fields = _fields(kind)
        before = len(self.wrong)
        for name in values:
            if name not in fields:
                self._unknown(name, tuple(fields), path)
        for name, each in fields.items():
            if name not in values and each.default is NODEFAULT and each.default_factory is NODEFAULT:
                self._say(path, f'the argument "{name}" is missing; expected {worded(each.type)}', f"add {name} = …")
        converted = {
            fields[name].name: self.convert(each, fields[name].type, (*path, name))
            for name, each in values.items()
            if name in fields
        }
        if len(self.wrong) > before or any(each is LEFT_OUT for each in converted.values()):
            return LEFT_OUT
        try:
            return kind(**converted)
        except (ValueError, TypeError) as error:
            # What a config class refuses in __post_init__; the class says why.
            return self._say(path, str(error))

    def _unknown(self, name: str, known: tuple[str, ...], path: Path) -> None:
        close = nearest(name, known)
        hint = f"did you mean {close}?" if close else f"there is {', '.join(known)}" if known else ""
        self._say((*path, name), f'there is no argument "{name}"', hint, of_name=True)

    def _other(self, value: Any, kind: Any, path: Path) -> Any:
        """Return a value of any other type that msgspec knows."""
        if isinstance(value, Secret):
            return self._expected(value, kind, path)
        if kind is Any or kind is object:
            return value
        try:
            return msgspec.convert(value, kind, strict=False)
        except msgspec.ValidationError:
            return self._expected(value, kind, path)


@cache
def _fields(kind: type[Struct]) -> Mapping[str, structs.FieldInfo]:
    """Return the fields of a class by the names that they have in a file; their annotations are evaluated once."""
    return {each.encode_name: each for each in structs.fields(kind)}


def _opened(secret: Marked) -> Any:
    """Return a secret list or object with its items as secrets, any other secret as a secret text."""
    if isinstance(secret.value, list):
        return [part_of(secret, at) for at in range(len(secret.value))]
    if isinstance(secret.value, Mapping):
        return {name: part_of(secret, name) for name in secret.value}
    if secret.value is None:
        return None
    return concealed(plain_text(secret.value), secret.origin and f"tostring({secret.origin})")


def _loosely(value: Any, kind: Any) -> Any:
    """Return a simple value as HCL would give it to a field of a simple kind; as it is where HCL would refuse it."""
    wanted = STRING if isinstance(kind, type) and issubclass(kind, Secret) else _SIMPLE.get(kind)
    if wanted is None or not isinstance(value, (str, bool, int, Decimal)):
        return value
    try:
        return converted(value, wanted)
    except ConversionError:
        return value


def _as_text(value: Any) -> Any:
    return plain_text(value) if isinstance(value, (bool, int, Decimal)) else value


def _by_label(blocks: list[Given]) -> Any:
    """Return blocks by their labels; one without a label is an object itself."""
    if len(blocks) == 1 and not blocks[0].labels:
        return blocks[0].values
    return {each.labels[0]: each.values for each in blocks if each.labels}


def _found(value: Any) -> str:
    return "a block" if isinstance(value, list) and value and isinstance(value[0], Given) else described(value)
