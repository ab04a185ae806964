"""From the parser's nodes to ours: expressions, each kind of node by its own function."""

from __future__ import annotations

from collections.abc import Callable

from lark import Token, Tree

from milepost.host.language.source import Source
from milepost.host.language.syntax.access import access
from milepost.host.language.syntax.node import Node, Place, end_of, start_of
from milepost.host.language.syntax.operators import conditional, operations, unary
from milepost.host.language.syntax.scanned import Scanned
from milepost.host.language.syntax.template import template, text
from milepost.host.language.tree import (
    Call,
    Entry,
    Expression,
    For,
    Items,
    Literal,
    Number,
    Object,
    Reference,
)
from milepost.host.language.walk import inside
from milepost.sdk.problem import Problem

_DIGITS, _EXPONENT = 200, 300


class Lowering:
    """Makes expressions out of the parser's nodes, and collects what is wrong with them."""

    def __init__(self, source: Source, scanned: Scanned) -> None:
        self.place = Place(source, scanned)
        self._words: dict[str, Callable[[Token], Expression]] = {
            "NAME": lambda token: Reference(self.place.name(token), (), self.place.of(token)),
            "INT_LITERAL": self._number,
            "FLOAT_LITERAL": self._number,
            "TRUE": lambda token: Literal(True, self.place.of(token)),
            "FALSE": lambda token: Literal(False, self.place.of(token)),
            "NULL": lambda token: Literal(None, self.place.of(token)),
        }
        self._kinds: dict[str, Callable[[Tree[Token]], Expression]] = {
            "string": lambda node: text(node, self.place, self.expression),
            "template": lambda node: template(node, self.place, self.expression),
            "tuple": self._items,
            "object": self._object,
            "function_call": self._call,
            "for_tuple_expr": self._for,
            "for_object_expr": self._for,
            "access": lambda node: access(node, self.place, self.expression),
            "unary_op": lambda node: unary(node, self.place, self.expression),
            "conditional": lambda node: conditional(node, self.place, self.expression),
        }

    @property
    def problems(self) -> list[Problem]:
        """What is wrong so far."""
        return self.place.problems

    def expression(self, node: Node) -> Expression:
        """Return the expression of a node. Raises ProjectFileError if it is nested too deep."""
        while isinstance(node, Tree) and node.data == "parenthesis":
            node = node.children[1]
        if isinstance(node, Token):
            return self._words[node.type](node)
        if node.data == "operations":
            # It counts by itself how deep it is.
            return operations(node, self.place, self.expression)
        self.place.deeper(start_of(node) if node.children else 0)
        found = self._kinds[node.data](node)
        self.place.depth -= 1
        return found

    def _number(self, token: Token) -> Expression:
        mantissa, _, exponent = token.lower().partition("e")
        if len(mantissa) > _DIGITS or len(exponent) > 5 or abs(int(exponent or "0")) > _EXPONENT:
            return self.place.problem("this number is too long", self.place.of(token))
        return Number(str(token), self.place.of(token))

    def _items(self, node: Tree[Token]) -> Expression:
        return Items(tuple(map(self.expression, node.children[1:-1:2])), self.place.of(node))

    def _object(self, node: Tree[Token]) -> Expression:
        elements = [each for each in node.children if isinstance(each, Tree)]
        return Object(tuple(map(self._entry, elements)), self.place.of(node))

    def _entry(self, node: Tree[Token]) -> Entry:
        key, _, value = node.children
        return Entry(self._key(key), self.expression(value))

    def _key(self, node: Node) -> Expression:
        """Return an object's key: a bare word is its own text, anything else is an expression."""
        if isinstance(node, Token) and node.type not in ("INT_LITERAL", "FLOAT_LITERAL"):
            return Literal(self.place.name(node), self.place.of(node))
        value = self.expression(node)
        is_way = isinstance(value, Reference) and self.place.text[start_of(node)] != "("
        if is_way and all(isinstance(each, (Literal, Number)) for each in inside(value)):
            hint = f"write ({self.place.text[start_of(node) : end_of(node)]})"
            self.place.problem("a key that is an expression stands in parentheses", value.position, hint)
        return value

    def _call(self, node: Tree[Token]) -> Expression:
        names, arguments, spreads = [], [], False
        for child in node.children:
            if isinstance(child, Token) and child.type == "NAME":
                names.append(self.place.name(child))
            elif isinstance(child, Tree):
                spreads = isinstance(child.children[-1], Token) and child.children[-1].type == "ELLIPSIS"
                arguments = [self.expression(each) for each in child.children[::2]]
        return Call("::".join(names), tuple(arguments), spreads, self.place.of(node))

    def _for(self, node: Tree[Token]) -> Expression:
        """Return a `for`; its parts stand between words and signs of its own."""
        intro = node.children[1]
        assert isinstance(intro, Tree), "the names and the collection stand together"
        *names, collection = _between(intro, "FOR", "COMMA", "IN", "COLON")
        body = _between(node, "LSQB", "LBRACE", "FOR_OBJECT_ARROW", "ELLIPSIS", "RSQB", "RBRACE")[1:]
        conditions = [each for each in body if isinstance(each, Tree) and each.data == "for_cond"]
        *keys, value = body[: len(body) - len(conditions)]
        key_name, name = [None, *(self.place.name(each) for each in names if isinstance(each, Token))][-2:]
        assert name is not None, "a for has one name or two"
        return For(
            key_name,
            name,
            self.expression(collection),
            self.expression(keys[0]) if keys else None,
            self.expression(value),
            self.expression(conditions[0].children[1]) if conditions else None,
            any(isinstance(each, Token) and each.type == "ELLIPSIS" for each in node.children),
            self.place.of(node),
        )


def _between(node: Tree[Token], *marks: str) -> list[Node]:
    """Return the children of a node without its words and signs."""
    return [each for each in node.children if isinstance(each, Tree) or each.type not in marks]
