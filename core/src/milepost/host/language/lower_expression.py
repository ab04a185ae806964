"""From the parser's tree to ours: expressions; what the language does not have yet is refused with its place."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from lark import Token, Tree

from milepost.host.language.lower_template import Piece, heredoc_pieces, quoted_text
from milepost.host.language.scan import Heredoc, Scanned
from milepost.host.language.source import Source
from milepost.host.language.tree import Call, Entry, Expression, Items, Literal, Number, Object, Reference, Template
from milepost.sdk.problem import Position, Problem

Node = Tree[Token]

_NOT_YET = {
    "conditional": ("a condition, … ? … : …,", "write the value itself, or a variable"),
    "binary_op": ("an operator", "write the value itself, or a variable"),
    "unary_op": ("an operator", "write the value itself, or a variable"),
    "attr_splat_expr_term": ('".*"', "name each item, as in var.list[0]"),
    "full_splat_expr_term": ('"[*]"', "name each item, as in var.list[0]"),
    "for_tuple_expr": ('"for"', "write the list itself, or a variable"),
    "for_object_expr": ('"for"', "write the object itself, or a variable"),
}
_DIGITS, _EXPONENT = 200, 300


class Lowering:
    """Makes expressions out of the parser's nodes, and collects what is wrong with them."""

    def __init__(self, source: Source, scanned: Scanned) -> None:
        self.source, self.masked, self.heredocs = source, scanned.masked, scanned.heredocs
        self.problems: list[Problem] = []
        self._kinds: dict[str, Callable[[Node], Expression]] = {
            "expr_term": lambda node: self.expression(_trees(node)[0]),
            "identifier": lambda node: Reference(str(node.children[0]), (), self.position(node)),
            "literal_value": self._word,
            "int_lit": self._number,
            "float_lit": self._number,
            "string": self._string,
            "tuple": self._items,
            "object": self._object,
            "function_call": self._call,
            "get_attr_expr_term": self._reference,
            "index_expr_term": self._reference,
            "unary_op": self._unary,
        }

    def expression(self, node: Node) -> Expression:
        """Return the expression of a node; null, and a problem, for one that is not known yet."""
        lowered = self._kinds.get(str(node.data), self._not_yet)
        return lowered(node)

    def position(self, node: Node) -> Position:
        """Return the place of a node."""
        return self.source.position(node.meta.start_pos, node.meta.end_pos)

    def plain_text(self, node: Node) -> str | None:
        """Return the text of a string node; None if there is `${…}` in it."""
        value = self._string(node)
        return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None

    def _problem(self, message: str, position: Position, hint: str = "") -> Literal:
        self.problems.append(Problem(message, position, hint=hint))
        return Literal(None, position)

    def _not_yet(self, node: Node) -> Expression:
        what, hint = _NOT_YET.get(str(node.data), ("this", ""))
        return self._problem(f"{what} is not known yet", self.position(node), hint)

    def _word(self, node: Node) -> Expression:
        values = {"true": True, "false": False, "null": None}
        return Literal(values[str(node.children[0])], self.position(node))

    def _number(self, node: Node, sign: str = "") -> Expression:
        text = str(node.children[0])
        mantissa, _, exponent = text.lower().partition("e")
        if len(mantissa) > _DIGITS or len(exponent) > 5 or abs(int(exponent or "0")) > _EXPONENT:
            return self._problem("this number is too long", self.position(node))
        return Number(sign + text, self.position(node))

    def _unary(self, node: Node) -> Expression:
        inner = _trees(node)[-1]
        while inner.data == "expr_term" and len(inner.children) == 1 and isinstance(inner.children[0], Tree):
            inner = inner.children[0]
        if str(node.children[0]) == "-" and inner.data in ("int_lit", "float_lit"):
            return self._number(inner, "" if str(inner.children[0]).startswith("-") else "-")
        return self._not_yet(node)

    def _string(self, node: Node) -> Expression:
        start, end = node.meta.start_pos, node.meta.end_pos
        heredoc = self.heredocs.get(start)
        parts = heredoc_pieces(self.source, heredoc, self._pieces(node)) if heredoc else self._quoted(node)
        position = self.source.position(start, end)
        if all(isinstance(part, Literal) for part in parts):
            return Literal("".join(str(part.value) for part in parts if isinstance(part, Literal)), position)
        return Template(tuple(parts), position)

    def _pieces(self, node: Node) -> list[Piece]:
        """Return the parts of a string node: where each lies, and its expression if it is a `${…}`."""
        pieces = []
        for part in _trees(node):
            inner = part.children[0]
            value = self.expression(_trees(inner)[0]) if isinstance(inner, Tree) else None
            pieces.append(Piece(part.meta.start_pos, part.meta.end_pos, value))
        return pieces

    def _quoted(self, node: Node) -> list[Expression]:
        return [
            piece.value or Literal(quoted_text(self.source.text[piece.start : piece.end]), self._between(piece))
            for piece in self._pieces(node)
        ]

    def _between(self, piece: Piece | Heredoc) -> Position:
        return self.source.position(piece.start, piece.end)

    def _items(self, node: Node) -> Expression:
        return Items(tuple(self.expression(each) for each in _trees(node)), self.position(node))

    def _object(self, node: Node) -> Expression:
        elements = _trees(node)
        entries = tuple(self._entry(each) for each in elements)
        self._separated(elements)
        self._keys_once(entries)
        return Object(entries, self.position(node))

    def _entry(self, node: Node) -> Entry:
        key, value = _trees(node)
        return Entry(self._key(key), self.expression(value))

    def _key(self, node: Node) -> Expression:
        """Return an object's key: a bare name is its own text, anything else in parentheses is an expression."""
        inner = node.children[0]
        if isinstance(inner, Tree) and inner.data in ("keyword", "identifier"):
            return Literal(str(inner.children[0]), self.position(node))
        value = self.expression(inner) if isinstance(inner, Tree) else Literal(str(inner), self.position(node))
        if self.masked[node.meta.start_pos] == "(":
            return value
        if isinstance(value, Reference):
            if value.steps:
                self._problem("a key that is an expression stands in parentheses", value.position, f"write ({value})")
            return Literal(value.root, value.position)
        if isinstance(value, Literal) and not isinstance(value.value, str):
            return Literal(self.masked[node.meta.start_pos : node.meta.end_pos], value.position)
        if isinstance(value, Number):
            return Literal(value.text, value.position)
        return value

    def _separated(self, elements: list[Node]) -> None:
        """Check that a comma or a new line, and not both the wrong way round, stands between two entries."""
        for one, other in pairwise(elements):
            between = self.masked[one.meta.end_pos : other.meta.start_pos]
            if not between.strip(" \t") or ("\n" in between.partition(",")[0] and "," in between):
                at = self.source.position(other.meta.start_pos, other.meta.start_pos + 1)
                self._problem("a comma or a new line is missing before this entry", at, "end each entry with a comma")

    def _keys_once(self, entries: tuple[Entry, ...]) -> None:
        seen: dict[str, Position] = {}
        for key in (entry.key for entry in entries if isinstance(entry.key, Literal)):
            name = str(key.value)
            if name in seen:
                message = f'the key "{name}" stands twice in this object; it is at line {seen[name].line} already'
                self._problem(message, key.position, "leave one of them out")
            seen.setdefault(name, key.position)

    def _call(self, node: Node) -> Expression:
        names = [each for each in _trees(node) if each.data == "identifier"]
        arguments = [each for each in _trees(node) if each.data == "arguments"]
        values = tuple(self.expression(each) for each in _trees(arguments[0])) if arguments else ()
        return Call("::".join(str(each.children[0]) for each in names), values, False, self.position(node))

    def _reference(self, node: Node) -> Expression:
        """Return the reference for a chain of `.name` and `[key]`; the chain is as long as somebody wants."""
        steps: list[Expression] = []
        position, inner = self.position(node), node
        while inner.data in ("get_attr_expr_term", "index_expr_term"):
            target, step = _trees(inner)
            steps.append(self._step(step))
            inner = target
            while inner.data == "expr_term" and len(_trees(inner)) == 1 and not _is_parenthesised(inner):
                inner = _trees(inner)[0]
        if inner.data != "identifier":
            return self._problem('only a name can be followed by "." or "["', position, "write the value itself")
        return Reference(str(inner.children[0]), tuple(reversed(steps)), position)

    def _step(self, node: Node) -> Expression:
        if node.data == "braces_index":
            return self.expression(_trees(node)[0])
        if node.data == "short_index":
            return Number(str(node.children[-1]), self.position(node))
        return Literal(str(_trees(node)[0].children[0]), self.position(node))


def _trees(node: Node) -> list[Node]:
    """Return the children that mean something."""
    return [child for child in node.children if isinstance(child, Tree) and child.data != "new_line_or_comment"]


def _is_parenthesised(node: Node) -> bool:
    return isinstance(node.children[0], Token) and node.children[0].type == "LPAR"
