"""From the parser's tree to ours: bodies, blocks and arguments, and the strictness that the parser lacks."""

from __future__ import annotations

from pathlib import Path

from lark import Token, Tree

from milepost.host.language.grammar import parse
from milepost.host.language.lower_expression import Lowering
from milepost.host.language.scan import scan
from milepost.host.language.source import Source
from milepost.host.language.tree import Attribute, Block, Body, Label
from milepost.sdk.problem import Position, Problem

Node = Tree[Token]


def lower(source: Source, cache: Path | None = None) -> Body:
    """Return the tree of a project file. Raises ProjectFileError with all that is wrong with its syntax.

    `cache` is a folder where the tables of the grammar may be kept.
    """
    scanned = scan(source)
    lowering = Lowering(source, scanned)
    start = parse(scanned.masked, source, cache)
    bodies, root = _Bodies(lowering), _only(start, "body")
    bodies.top(root)
    body = bodies.body(root, source.position(0, 0))
    if lowering.problems:
        raise source.error(lowering.problems)
    return body


def _only(node: Node, kind: str) -> Node:
    return next(child for child in node.children if isinstance(child, Tree) and child.data == kind)


class _Bodies:
    """Bodies and blocks, one level after the other."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering, self.source = lowering, lowering.source

    def body(self, node: Node, position: Position) -> Body:
        """Return a body; an argument that is given twice counts once and is a problem."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        for child in node.children:
            if not isinstance(child, Tree):
                continue
            if child.data == "attribute":
                attribute = self._attribute(child)
                if first := attributes.get(attribute.name):
                    self._given_twice(attribute, first)
                attributes.setdefault(attribute.name, attribute)
            elif child.data == "block":
                blocks.append(self._block(child))
        content = attributes, tuple(blocks)
        return Body(lambda: content, position, self.source)

    def _given_twice(self, second: Attribute, first: Attribute) -> None:
        message = f'"{second.name}" is set twice; it is set at line {first.position.line} already'
        self.lowering.problems.append(Problem(message, second.position, hint="leave one of them out"))

    def _attribute(self, node: Node) -> Attribute:
        name, value = (child for child in node.children if isinstance(child, Tree))
        return Attribute(_word(name), self.lowering.expression(value), self.lowering.position(name))

    def _block(self, node: Node) -> Block:
        header = [child for child in node.children if isinstance(child, Tree) and child.data not in _NOT_HEADER]
        body = _only(node, "body")
        brace = next(child for child in node.children if isinstance(child, Token) and child.type == "LBRACE")
        close = next(child for child in node.children if isinstance(child, Token) and child.type == "RBRACE")
        position = self.source.position(header[0].meta.start_pos, header[-1].meta.end_pos)
        if self._breaks(header[0].meta.start_pos, _at(brace)):
            self._problem('the "{" of a block stands on the line of its name', _at(brace))
        self._lines(_items(body), _at(brace), _at(close))
        labels = tuple(self._label(each) for each in header[1:])
        return Block(_word(header[0]), labels, self.body(body, position), position)

    def _label(self, node: Node) -> Label:
        position = self.lowering.position(node)
        if node.data != "string":
            return Label(_word(node), position)
        text = self.lowering.plain_text(node)
        if text is None:
            self.lowering.problems.append(Problem('a label is a plain text, without "${"', position))
        return Label(text or "", position)

    def top(self, node: Node) -> None:
        """Check that each item of the file has its line."""
        items = _items(node)
        self._apart(items, [each.meta.start_pos for each in items[1:]])

    def _lines(self, items: list[Node], brace: int, close: int) -> None:
        """Check that each item of a block has its line; one argument may stand between braces on one line."""
        if not items:
            return
        first = items[0].meta.start_pos
        if self._breaks(brace, first):
            self._apart(items, [*(each.meta.start_pos for each in items[1:]), close])
        elif len(items) > 1 or items[0].data == "block":
            self._problem("only a single argument may stand on the line of its block", first, _inner(items))
        elif self._breaks(items[0].meta.end_pos, close):
            self._problem("an argument of a block of several lines begins on a new line", first)

    def _apart(self, items: list[Node], followers: list[int]) -> None:
        for item, after in zip(items, followers, strict=False):
            if not self._breaks(item.meta.end_pos, after):
                self._problem("found more on this line; write each argument and each block on its own", after)

    def _breaks(self, start: int, end: int) -> bool:
        """Return whether a line ends between two offsets, comments aside."""
        return "\n" in self.lowering.masked[start:end]

    def _problem(self, message: str, start: int, hint: str = "") -> None:
        self.lowering.problems.append(Problem(message, self.source.position(start, start + 1), hint=hint))


_NOT_HEADER = ("body", "new_line_or_comment")


def _items(body: Node) -> list[Node]:
    return [child for child in body.children if isinstance(child, Tree) and child.data in ("attribute", "block")]


def _inner(items: list[Node]) -> str:
    """Return what to do about items that share the line of their block."""
    if any(each.data == "block" for each in items):
        return "put the inner block on a line of its own"
    return "put each argument on a line of its own"


def _at(token: Token) -> int:
    assert token.start_pos is not None, "the lexer gives each token its place"
    return token.start_pos


def _word(node: Node) -> str:
    return str(node.children[0])
