"""From the parser's tree to ours: bodies, blocks and arguments, and the strictness that the parser lacks."""

from __future__ import annotations

from lark import Token, Tree

from milepost.host.language.syntax.expression import Lowering
from milepost.host.language.syntax.node import end_of, start_of
from milepost.host.language.tree import Attribute, Block, Body, Label, Literal
from milepost.sdk.problem import Position, Problem, Related

Node = Tree[Token]
_OWN_LINE = 'put the "}" on a line of its own'


class Bodies:
    """Bodies and blocks, one level after the other."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering, self.place = lowering, lowering.place

    def file(self, node: Node) -> Body:
        """Return the body that a whole file is."""
        return self._body(_items(node), self.place.between(0, 0))

    def _body(self, items: list[Node], position: Position) -> Body:
        """Return a body; an argument that is given twice counts once and is a problem."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        for item in items:
            if item.data == "block":
                blocks.append(self._block(item))
                continue
            attribute = self._attribute(item)
            if first := attributes.get(attribute.name):
                self._given_twice(attribute, first)
            attributes.setdefault(attribute.name, attribute)
        content = attributes, tuple(blocks)
        return Body(lambda: content, position, self.place.source)

    def _given_twice(self, second: Attribute, first: Attribute) -> None:
        message = f'"{second.name}" is set twice; it is set at line {first.position.line} already'
        related = Related("it is set here already", first.position)
        self.place.problem(message, second.position, "leave one of them out", related)

    def _attribute(self, node: Node) -> Attribute:
        name, _, value = node.children
        assert isinstance(name, Token), "an argument begins with its name"
        return Attribute(self.place.name(name), self.lowering.expression(value), self.place.of(name))

    def _block(self, node: Node) -> Block:
        *header, brace, body, close = node.children
        assert isinstance(body, Tree), "between the braces of a block is a body"
        first = header[0]
        assert isinstance(first, Token), "a block begins with its type"
        position = self.place.between(start_of(first), end_of(header[-1]))
        if self._breaks(start_of(first), start_of(brace)):
            self._problem('the "{" of a block stands on the line of its name', start_of(brace))
        items = _items(body)
        self._lines(items, start_of(brace), start_of(close))
        labels = tuple(map(self._label, header[1:]))
        return Block(self.place.name(first), labels, self._body(items, position), position)

    def _label(self, node: Node | Token) -> Label:
        position = self.place.of(node)
        if isinstance(node, Token):
            return Label(self.place.name(node), position)
        value = self.lowering.expression(node)
        if isinstance(value, Literal) and isinstance(value.value, str) and self.place.text[start_of(node)] == '"':
            return Label(value.value, position)
        self.place.problem('a label is a plain text in quotes, without "${"', position)
        return Label("", position)

    def _lines(self, items: list[Node], brace: int, close: int) -> None:
        """Check that the braces of a block of several lines have theirs; one argument may stand between them on one."""
        if not items:
            return
        first, end = start_of(items[0]), end_of(items[-1])
        if self._breaks(brace, first):
            if not self._breaks(end, close):
                self._problem('found "}" on the line of an argument, expected the end of the line', close, _OWN_LINE)
        elif items[0].data == "block":
            hint = "put the inner block on a line of its own"
            self._problem("only a single argument may stand on the line of its block", first, hint)
        elif self._breaks(end, close):
            self._problem("an argument of a block of several lines begins on a new line", first)

    def _breaks(self, start: int, end: int) -> bool:
        """Return whether a line ends between two offsets, comments aside."""
        return "\n" in self.place.scanned.masked[start:end]

    def _problem(self, message: str, start: int, hint: str = "") -> None:
        self.place.problems.append(Problem(message, self.place.between(start, start + 1), hint=hint))


def _items(body: Node) -> list[Node]:
    return [child for child in body.children if isinstance(child, Tree)]
