"""From the parser's nodes to ours: quoted texts, heredocs and templates, with the directives in them."""

from __future__ import annotations

from collections.abc import Sequence

from lark import Token, Tree

from milepost.host.language.syntax.node import Lower, Place, end_of, start_of
from milepost.host.language.syntax.scanned import Heredoc
from milepost.host.language.syntax.text import Part, Text, bare_parts, joined, quoted_parts
from milepost.host.language.tree import Branch, Conditional, Expression, For, Join, Literal, Template
from milepost.sdk.problem import Related

_ENDS = {"template_if_start": "template_endif", "template_for_start": "template_endfor"}
_CLOSINGS = ("template_else", "template_endif", "template_endfor")


def text(node: Tree[Token], place: Place, lower: Lower) -> Expression:
    """Return the value of a quoted text or of a heredoc."""
    start, inside = start_of(node), node.children[1:-1]
    heredoc = place.scanned.heredocs.get(start)
    parts = bare_parts(inside, place, heredoc) if heredoc else quoted_parts(inside, place)
    return _Builder(parts, place, lower).whole(start, end_of(node))


def template(node: Tree[Token], place: Place, lower: Lower) -> Expression:
    """Return the value of a text that is a template as a whole."""
    end = len(place.text)
    parts = bare_parts(node.children, place, Heredoc(0, end, flush=False))
    return _Builder(parts, place, lower).whole(0, end)


class _Builder:
    """Reads the parts of one text in turn, and puts between a directive and its end what stands there."""

    def __init__(self, parts: Sequence[Part], place: Place, lower: Lower) -> None:
        self.parts, self.place, self.lower = parts, place, lower
        self.at = 0
        self.open: list[str] = []

    def whole(self, start: int, end: int) -> Expression:
        """Return the value of the text: one expression alone keeps its type."""
        found = self._sequence()
        while self.at < len(self.parts):
            closing = self._closing()
            self.place.problem(f'found "{_shown(closing)}", which closes nothing', self.place.of(closing))
            self.at += 1
            found += self._sequence()
        position = self.place.between(start, end)
        if not found:
            return Literal("", position)
        if len(found) == 1 and isinstance(found[0], Literal) and isinstance(self.parts[0], Text):
            return Literal(found[0].value, position)
        return Template(tuple(found), position)

    def _sequence(self) -> list[Expression]:
        """Return what stands before the next else or end of a directive."""
        found: list[Expression] = []
        while self.at < len(self.parts):
            part = self.parts[self.at]
            if isinstance(part, Text):
                found.append(self._literal())
                continue
            if part.data in _CLOSINGS:
                break
            self.at += 1
            if part.data == "interpolation":
                found.append(self.lower(part.children[1]))
            else:
                found.append(self._directive(part))
        return found

    def _literal(self) -> Literal:
        """Return one literal for all literal parts in a row."""
        begin = self.at
        while self.at < len(self.parts) and isinstance(self.parts[self.at], Text):
            self.at += 1
        value, start, end = joined([each for each in self.parts[begin : self.at] if isinstance(each, Text)], self.place)
        return Literal(value, self.place.between(start, end))

    def _directive(self, opening: Tree[Token]) -> Expression:
        self.place.deeper(start_of(opening), levels=2)
        self.open.append(_ENDS[opening.data])
        found = self._if(opening) if opening.data == "template_if_start" else self._for(opening)
        self.open.pop()
        self.place.depth -= 2
        return found

    def _if(self, opening: Tree[Token]) -> Expression:
        condition = self.lower(opening.children[2])
        value = self._branch(opening)
        otherwise: Expression | None = None
        while self._next("template_else"):
            at = self._closing()
            if otherwise is not None:
                self._clash(at, opening, "has its else already", "leave one of them out")
            self.at += 1
            otherwise = self._branch(at)
        end = self._end(opening)
        position = self.place.between(start_of(opening), end)
        empty = Literal("", self.place.between(end, end))
        return Conditional((Branch(condition, value),), otherwise or empty, position)

    def _for(self, opening: Tree[Token]) -> Expression:
        words = [each for each in opening.children if isinstance(each, Token)]
        stop = next(number for number, each in enumerate(words) if each.type == "IN")
        names = [self.place.name(each) for each in words[:stop] if each.type == "NAME"]
        collection = self.lower(opening.children[-2])
        value = self._branch(opening)
        position = self.place.between(start_of(opening), self._end(opening))
        key_name = names[0] if len(names) > 1 else None
        return Join(For(key_name, names[-1], collection, None, value, None, False, position), position)

    def _branch(self, opening: Tree[Token]) -> Expression:
        """Return what stands up to the next else or end: always a text."""
        begin = end_of(opening)
        found = self._sequence()
        end = start_of(self.parts[self.at]) if self.at < len(self.parts) else begin  # type: ignore[arg-type]  # a closing one
        position = self.place.between(begin, max(begin, end))
        if not found:
            return Literal("", position)
        if len(found) == 1 and isinstance(found[0], Literal) and isinstance(found[0].value, str):
            return found[0]
        if len(found) == 1:
            # Alone, it would keep its type.
            found.insert(0, Literal("", self.place.between(begin, begin)))
        return Template(tuple(found), position)

    def _next(self, kind: str) -> bool:
        return self.at < len(self.parts) and self._closing().data == kind

    def _closing(self) -> Tree[Token]:
        part = self.parts[self.at]
        assert isinstance(part, Tree), "a sequence ends only at a directive"
        return part

    def _end(self, opening: Tree[Token]) -> int:
        """Consume the end of a directive, and return its offset; say what stands in its place."""
        hint, clashes = f'add "%{{ {_ENDS[opening.data].removeprefix("template_")} }}"', False
        while self.at < len(self.parts):
            closing = self._closing()
            if closing.data == _ENDS[opening.data]:
                self.at += 1
                return end_of(closing)
            self._clash(closing, opening, "is still open", f"{hint} first")
            if closing.data in self.open:
                return start_of(closing)
            clashes = True
            self.at += 1
            self._sequence()
        if not clashes:
            message = f'the "{_shown(opening)}" is not closed before its text ends'
            self.place.problem(message, self.place.of(opening), hint)
        return end_of(opening)

    def _clash(self, found: Tree[Token], opening: Tree[Token], why: str, hint: str) -> None:
        place = self.place.of(opening)
        where = f"of line {place.line}, column {place.column}"
        message = f'found "{_shown(found)}" where the "{_shown(opening)}" {where} {why}'
        self.place.problem(message, self.place.of(found), hint, Related("it begins here", place))


def _shown(directive: Tree[Token]) -> str:
    """Return a directive as one would write it, without what it is about."""
    return f"%{{ {directive.children[1]} }}"
