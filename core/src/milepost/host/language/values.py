"""The values that expressions have: plain Python ones, secrets, and what is not known yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from milepost.sdk.secret import Part, Secret, reveal


class Unknown:
    """A value that will be known later; `name` says which one, as written in the project file."""

    __slots__ = ("name",)

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __repr__(self) -> str:
        """Return it as it is shown in a debugger."""
        return f"Unknown({self.name})"


_LONGEST_SHOWN = 40

LARGEST = 4000
"""Numbers have fewer digits than this before the point, and begin at most as many behind it."""

UNKNOWN = Unknown()
"""Something that is not known yet, whatever it is called."""


class SetValue(list[Any]):
    """A set: values of one type, each once, in the order of the language. What is made of one is made anew."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A secret that is no text: a number, a truth value, a list, an object. Secret texts are `Secret`."""

    value: Any
    """In clear, and nothing in it is marked again."""
    origin: str
    """An expression that gives the value again, over sources such as `var.users` and plain values; empty if none
    may be written down, because the secret stands in the project file itself."""

    def __repr__(self) -> str:
        """Return a text that shows where it came from and not the value."""
        return f"Marked({self.origin})"


Value: TypeAlias = "str | bool | int | Decimal | Secret | Marked | Unknown | list[Value] | dict[str, Value] | None"
"""A value of the language. A list is a list or a tuple, a dict is a map or an object in the order it was written;
whoever shows one or walks over it takes the keys in their own order."""


def number(text: str) -> int | Decimal:
    """Return the number that HCL digits mean; an integer where it is one."""
    found = Decimal(text)
    return int(found) if found == found.to_integral_value() else found


def plain_text(value: str | bool | int | Decimal) -> str:
    """Return a value as the text it becomes in a template."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def joined(values: list[str | Secret]) -> str | Secret:
    """Return texts as one; a secret among them makes all of it one, its pieces kept apart.

    If one of them stands in the project file and so has no source, the whole has none: a piece without a source
    is plain text to whoever writes the pieces down.
    """
    secrets = [each for each in values if isinstance(each, Secret)]
    if not secrets:
        return normal("".join(map(str, values)))
    if any(each.parts and not each.sources for each in secrets):
        return Secret([Part("".join(map(reveal, values)))])
    parts: list[Part] = []
    for each in values:
        if isinstance(each, Secret):
            parts += each.parts
        elif parts and parts[-1].source is None:
            parts[-1] = Part(parts[-1].text + each)
        elif each:
            parts.append(Part(each))
    return Secret(parts)


def normal(text: str) -> str:
    """Return a text in the form that texts have in the language: what looks the same is the same (Unicode's NFC)."""
    if text.isascii():
        return text
    from unicodedata import normalize  # noqa: PLC0415 - few texts have letters beyond ASCII

    return normalize("NFC", text)


def described(value: object) -> str:
    """Return what a value is, for messages; never a secret's text."""
    if isinstance(value, str):
        return f'the text "{_shown(value)}"'
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, (Secret, Marked)):
        return "a secret"
    if isinstance(value, (int, Decimal)):
        return f"the number {plain_text(value)}"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list) else "something not known yet"


def _shown(text: str) -> str:
    """Return the beginning of a text, without what would break a line or move a cursor."""
    cut = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return cut if cut.isprintable() else "".join(each if each.isprintable() else _escape(each) for each in cut)


def _escape(letter: str) -> str:
    return {"\n": "\\n", "\t": "\\t"}.get(letter) or f"\\u{ord(letter):04x}"
