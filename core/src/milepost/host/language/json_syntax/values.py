"""From JSON to our tree: the values of arguments, in which texts and keys are templates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from milepost.host.language.json_syntax.reader import Array, Digits, Members, Property, Text, Value, Word, decoded
from milepost.host.language.json_syntax.source import Inner
from milepost.host.language.source import Source
from milepost.host.language.tree import Entry, Expression, Items, Literal, Number, Object, Unary
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Position, Problem, Related

_COMMENT = "//"
_Lower = Callable[[Source, Path | None], Expression]


def position_of(source: Source, value: Value) -> Position:
    """Return where a value stands."""
    return source.position(value.start, value.end)


def found(value: Value) -> str:
    """Return what a value is, in words."""
    if isinstance(value, Word):
        return "null" if value.value is None else str(value.value).lower()
    return {Text: "a text", Digits: "a number", Array: "a list", Members: "an object"}[type(value)]


class Arguments:
    """Makes expressions, and collects what is wrong with them."""

    def __init__(self, source: Source, cache: Path | None, *, templates: bool = True) -> None:
        self.source, self.cache, self.templates = source, cache, templates
        self.problems: list[Problem] = []

    def items(self, value: Value) -> tuple[Value, ...]:
        """Return the values that one stands for where several may stand: those of a list, none for null."""
        if isinstance(value, Array):
            return value.items
        return () if isinstance(value, Word) and value.value is None else (value,)

    def expression(self, value: Value, *, comments: bool = False) -> Expression:
        """Return the expression of a value; with `comments`, what is a comment in objects is left out."""
        at = position_of(self.source, value)
        match value:
            case Text():
                return self._text(value)
            case Digits():
                number = Number(value.digits, at)
                return Unary("-", number, at) if value.sign else number
            case Word():
                return Literal(value.value, at)
            case Array():
                return Items(tuple(self.expression(each, comments=comments) for each in value.items), at)
            case Members():
                return self._object(value, at, comments=comments)

    def type(self, value: Value) -> Expression:
        """Return the expression that stands in a text: a type is written as in the native syntax, in quotes."""
        if not isinstance(value, Text):
            return self.expression(value)
        from milepost.host.language.syntax.lower import lower_value  # noqa: PLC0415 - only types and templates need the parser

        return self._parsed(value, lower_value)

    def _object(self, value: Members, at: Position, *, comments: bool) -> Expression:
        seen: dict[str, Text] = {}
        entries = []
        for each in value.properties:
            name = each.name.value
            if comments and name == _COMMENT:
                continue
            if name in seen:
                self._twice(each, seen[name])
            seen.setdefault(name, each.name)
            entries.append(Entry(self._text(each.name), self.expression(each.value, comments=comments)))
        return Object(tuple(entries), at)

    def _twice(self, second: Property, first: Text) -> None:
        place = position_of(self.source, first)
        message = f'the key "{first.value}" is given twice; it is at line {place.line}, column {place.column} already'
        at = position_of(self.source, second.name)
        related = (Related("it is given here already", place),)
        self.problems.append(Problem(message, at, hint="leave one of them out", related=related))

    def _text(self, text: Text) -> Expression:
        """Return a text; one without braces never meets the parser."""
        if not self.templates or ("${" not in text.value and "%{" not in text.value):
            return Literal(_normal(text.value), position_of(self.source, text))
        from milepost.host.language.syntax.lower import lower_template  # noqa: PLC0415 - see `type`

        return self._parsed(text, lower_template)

    def _parsed(self, text: Text, lower: _Lower) -> Expression:
        """Return what a text is to the parser, with the places of the file around it."""
        begin = text.start + 1
        _, places = decoded(self.source.text[begin : text.end - 1])
        inner = Inner(self.source, text.value, [begin + each for each in places])
        try:
            return lower(inner, self.cache)
        except ProjectFileError as error:
            self.problems += error.problems
            return Literal(None, position_of(self.source, text))


def _normal(text: str) -> str:
    """Return a text in the form of Unicode that all texts of the language have."""
    if text.isascii():
        return text
    from unicodedata import normalize  # noqa: PLC0415 - few texts have letters beyond ASCII

    return normalize("NFC", text)
