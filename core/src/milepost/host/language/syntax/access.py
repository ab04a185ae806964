"""From the parser's nodes to ours: names, and what follows a value: `.name`, `[key]`, `.*` and `[*]`."""

from __future__ import annotations

from lark import Token, Tree

from milepost.host.language.syntax.node import Lower, Node, Place, end_of, start_of
from milepost.host.language.tree import Access, Expression, Literal, Number, Reference, Splat, Step

_OPEN = tuple[list[Step], int]
"""The steps before a `[*]`, and where it begins."""


def access(node: Tree[Token], place: Place, lower: Lower) -> Expression:
    """Return the way from a name or from another value; it is as long as somebody wants."""
    target, *trees = node.children
    steps = _Steps([each for each in trees if isinstance(each, Tree)], place, lower).all()
    position = place.of(node)
    if isinstance(target, Token) and target.type == "NAME":
        return Reference(place.name(target), steps, position)
    inner = lower(target)
    if isinstance(inner, Reference) and not any(isinstance(each, Splat) for each in inner.steps):
        return Reference(inner.root, inner.steps + steps, position)
    return Access(inner, steps, position)


class _Steps:
    """The steps of one chain, from the left."""

    def __init__(self, trees: list[Tree[Token]], place: Place, lower: Lower) -> None:
        self.trees, self.place, self.lower = trees, place, lower

    def all(self) -> tuple[Step, ...]:
        """Return the steps: all that follows `[*]` is taken from each item, after `.*` only what follows by dots."""
        steps: list[Step] = []
        outer: list[_OPEN] = []
        number = 0
        while number < len(self.trees):
            tree = self.trees[number]
            number += 1
            if tree.data == "full_splat":
                self.place.deeper(start_of(tree))
                outer.append((steps, start_of(tree)))
                steps = []
            elif tree.data == "attr_splat":
                number = self._dots(steps, number)
            else:
                steps.append(self._step(tree))
        self.place.depth -= len(outer)
        for before, start in reversed(outer):
            before.append(Splat(tuple(steps), self.place.between(start, end_of(self.trees[-1]))))
            steps = before
        return tuple(steps)

    def _dots(self, steps: list[Step], number: int) -> int:
        """Add the splat whose `.*` stands before the tree of that number; return the number of what comes after it."""
        first = number
        while number < len(self.trees) and self.trees[number].data in ("get_attr", "short_index"):
            number += 1
        inner = tuple(map(self._step, self.trees[first:number]))
        steps.append(Splat(inner, self.place.between(start_of(self.trees[first - 1]), end_of(self.trees[number - 1]))))
        if number < len(self.trees) and self.trees[number].data == "attr_splat":
            at = self.place.of(self.trees[number])
            self.place.problem('".*" cannot follow on ".*"', at, 'write "[*]" for both')
        return number

    def _step(self, tree: Tree[Token]) -> Expression:
        content: Node = tree.children[1]
        if tree.data == "braces_index":
            return self.lower(content)
        assert isinstance(content, Token), "a name or a number follows a dot"
        if tree.data == "short_index":
            return Number(str(content), self.place.of(tree))
        return Literal(self.place.name(content), self.place.of(tree))
