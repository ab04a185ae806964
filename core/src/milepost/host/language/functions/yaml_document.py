"""What a document of YAML means: its events as values of the language, by the rules of YAML 1.2 with words of 1.1."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from yaml import events

from milepost.host.language.functions.decoding import DEEPEST, exact, too_deep
from milepost.host.language.values import plain_text
from milepost.sdk.functions import FunctionError

_MOST = 100_000
"""Values that a document may have once its aliases are followed."""

_TRUE, _FALSE = ("y", "yes", "true", "on"), ("n", "no", "false", "off")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None} | {
    word: word in _TRUE for word in (*_TRUE, *_FALSE)
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]{1,1000}|0x[0-9a-fA-F]{1,1000}")
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TIME = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:([Tt ])(\d\d?):(\d\d?):(\d\d?)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_NO_VALUE = object()


class Document:
    """Makes a value of the events of a YAML text."""

    def __init__(self, found: Iterable[Any]) -> None:
        self.events = iter(found)
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.size = 0

    def value(self) -> Any:
        """Return the value of the one document. Raises FunctionError for none, for several, and for odd ones."""
        next(self.events)
        if isinstance(next(self.events), events.StreamEndEvent):
            raise FunctionError("the text has nothing in it; expected a document of YAML", 0)
        value = self._node(next(self.events), 0)
        next(self.events)
        after = next(self.events)
        if not isinstance(after, events.StreamEndEvent):
            raise _wrong(after, "a second document begins; expected one")
        return value

    def _node(self, event: Any, depth: int) -> Any:
        """Return the value that begins with an event."""
        if isinstance(event, events.AliasEvent):
            return self._alias(event)
        if depth > DEEPEST:
            raise too_deep()
        before = self.size
        self.size += 1
        value = self._content(event, depth)
        if event.anchor:
            self.anchors[event.anchor] = value, self.size - before
        return value

    def _content(self, event: Any, depth: int) -> Any:
        if isinstance(event, events.ScalarEvent):
            return _scalar(event)
        kind = "seq" if isinstance(event, events.SequenceStartEvent) else "map"
        if _tag(event) not in ("", kind):
            raise _wrong(event, f"the tag {event.tag} is not known")
        return self._items(depth) if kind == "seq" else self._mapping(depth)

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self.anchors:
            raise _wrong(event, f'there is no anchor "{event.anchor}" before this')
        value, size = self.anchors[event.anchor]
        self.size += size
        if self.size > _MOST:
            raise _wrong(event, f"with its aliases, the document has more than {_MOST} values")
        return value

    def _items(self, depth: int) -> list[Any]:
        found = []
        while not isinstance(event := next(self.events), events.SequenceEndEvent):
            found.append(self._node(event, depth + 1))
        return found

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), events.MappingEndEvent):
            if _is_merge(event):
                found.update(self._merged(next(self.events), depth + 1))
            else:
                key = _key(self._node(event, depth + 1), event)
                found[key] = self._node(next(self.events), depth + 1)
        return found

    def _merged(self, event: Any, depth: int) -> dict[str, Any]:
        """Return what `<<` brings: a mapping, or several in a list."""
        value = self._node(event, depth)
        found: dict[str, Any] = {}
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, dict):
                raise _wrong(event, "<< takes a mapping or a list of mappings")
            found.update(each)
        return found


def _is_merge(event: Any) -> bool:
    if not isinstance(event, events.ScalarEvent):
        return False
    return (event.tag is None and event.implicit[0] and event.value == "<<") or _tag(event) == "merge"


def _key(value: Any, event: Any) -> str:
    if value is None or isinstance(value, (list, dict)):
        raise _wrong(event, f"a key is a text; found {'null' if value is None else 'a list or a mapping'}")
    return plain_text(value)


def _tag(event: Any) -> str:
    """Return an event's tag: empty for none, the name for those of YAML."""
    tag = event.tag or "!"
    return "" if tag == "!" else str(tag).removeprefix("tag:yaml.org,2002:")


def _scalar(event: Any) -> Any:
    tag, text = _tag(event), str(event.value)
    if not tag:
        # A tag of ! alone says that it is a text, as quotes do.
        return _plain(event) if event.implicit[0] and event.tag is None else text
    if tag == "binary":
        return _binary(event)
    if tag not in _TAGGED:
        raise _wrong(event, f"the tag {event.tag} is not known")
    found = text if tag == "str" else _plain(event)
    if type(found) not in _TAGGED[tag]:
        raise _wrong(event, f'"{text}" is no {tag}')
    return found


_TAGGED: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int, Decimal),
    "float": (int, Decimal),
    "null": (type(None),),
    "timestamp": (str,),
}
"""The tags of YAML that a scalar may have, and what it then is."""


def _plain(event: Any) -> Any:
    """Return what a scalar without quotes means."""
    text = str(event.value)
    word = _WORDS.get(text.lower(), _NO_VALUE) if text in (text.lower(), text.upper(), text.capitalize()) else _NO_VALUE
    if word is not _NO_VALUE:
        return word
    if _INTEGER.fullmatch(text):
        return exact(text) if text[:2] not in ("0x", "0o") else int(text, 0)
    if _FRACTION.fullmatch(text):
        return exact(text)
    if _ENDLESS.fullmatch(text):
        raise _wrong(event, f"{text} is no number of the language")
    return _time(text) or text


def _time(text: str) -> str | None:
    """Return a time in the form of RFC 3339; None for what is no time."""
    found = _TIME.fullmatch(text)
    if found is None or (found[4] == " ") is not (found[4] is not None and found[8] is None):
        return None
    year, month, day, hour, minute, second = (int(found[at] or 0) for at in (1, 2, 3, 5, 6, 7))
    try:
        time = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    zone = "Z" if found[8] in (None, "+00:00", "-00:00") else found[8]
    return time.isoformat() + zone


def _binary(event: Any) -> str:
    text = str(event.value)
    try:
        binascii.a2b_base64(re.sub(r"\s", "", text), strict_mode=True)
    except ValueError as error:
        raise _wrong(event, "what is tagged as !!binary is no Base64") from error
    return text


def _wrong(event: Any, message: str) -> FunctionError:
    at = event.start_mark
    return FunctionError(f"{message} (line {at.line + 1}, column {at.column + 1} of the YAML)", 0)
