"""From the parser's nodes to ours: operators by their precedence, signs before a value, conditions."""

from __future__ import annotations

from lark import Token, Tree

from milepost.host.language.syntax.node import Lower, Node, Place, end_of, start_of
from milepost.host.language.tree import Branch, Conditional, Expression, Number, Operation, Operations, Unary

_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
_PRECEDENCE = {sign: level for level, signs in enumerate(_LEVELS) for sign in signs}


def operations(node: Tree[Token], place: Place, lower: Lower) -> Expression:
    """Return a chain of operands and signs; what binds more tightly than the sign before it is a chain of its own."""
    return _Chain(node, place, lower).climb(0)


class _Chain:
    """The parser's flat chain, read from the left."""

    def __init__(self, node: Tree[Token], place: Place, lower: Lower) -> None:
        self.place, self.lower = place, lower
        self.operands = node.children[::2]
        self.signs = [each for each in node.children[1::2] if isinstance(each, Token)]
        self.read = 0

    def climb(self, least: int) -> Expression:
        """Return the next operand with all operations after it whose precedence is `least` or higher."""
        begin = self.read
        self.read += 1
        if not self._goes_on(least):
            return self.lower(self.operands[begin])
        self.place.deeper(start_of(self.operands[begin]))
        first = self.lower(self.operands[begin])
        rest = []
        while self._goes_on(least):
            sign = self.signs[self.read - 1]
            rest.append(Operation(str(sign), self.climb(_PRECEDENCE[sign] + 1), self.place.of(sign)))
        self.place.depth -= 1
        position = self.place.between(start_of(self.operands[begin]), end_of(self.operands[self.read - 1]))
        return Operations(first, tuple(rest), position)

    def _goes_on(self, least: int) -> bool:
        """Return whether the sign after the operand that was read last belongs to this chain."""
        return self.read <= len(self.signs) and _PRECEDENCE[self.signs[self.read - 1]] >= least


def unary(node: Node, place: Place, lower: Lower) -> Expression:
    """Return a value with signs before it; the minus of a number is part of the number."""
    start, signs, inner = start_of(node), [], node
    while isinstance(inner, Tree) and inner.data == "unary_op":
        signs.append(inner.children[0])
        inner = inner.children[1]
    operand = lower(inner)
    if isinstance(inner, Token) and isinstance(operand, Number) and signs[-1] == "-":
        operand = Number(f"-{operand.text}", place.between(start_of(signs.pop()), end_of(inner)))
    if not signs:
        return operand
    return Unary("".join(map(str, signs)), operand, place.between(start, end_of(inner)))


def conditional(node: Node, place: Place, lower: Lower) -> Expression:
    """Return a condition with its values; one after the colon is a further branch of the same."""
    branches, position = [], place.of(node)
    while isinstance(node, Tree) and node.data == "conditional":
        condition, _, value, _, node = node.children
        branches.append(Branch(lower(condition), lower(value)))
    return Conditional(tuple(branches), lower(node), position)
