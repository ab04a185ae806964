"""What came from what, drawn as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from milepost.cli.phrasing import columns, line_of
from milepost.cli.render_tables import operation_name, result

if TYPE_CHECKING:
    from milepost.cli.ancestry import Ancestry, Node
    from milepost.cli.render import Screen

MOST = 20
"""How many branches of one operation are drawn."""

Row = tuple[str, str, str]


def tree(found: Ancestry, shown: str, screen: Screen) -> Iterator[str]:
    """Yield the tree, a line for each operation; that whose id is `shown` is marked. Nothing for one that is alone."""
    if not found.root.children:
        return
    rows = list(_rows(found.root, shown, "", ""))
    yield from columns(rows, gap=3, room=screen.room)
    if not found.whole:
        yield screen.paint("faint", "later uses of the artifact were not looked for")


def _rows(node: Node, shown: str, lead: str, below: str) -> Iterator[Row]:
    """Yield the line of an operation and those of what came from it."""
    operation = node.operation
    mark = " ◀" if operation["id"] == shown else ""
    yield f"{lead}{operation_name(operation)}{mark}", line_of(operation.get("workspace")), _became(node)
    kept = _kept(node.children, shown)
    for at, each in enumerate(kept, 1):
        last = at == len(kept) and len(kept) == len(node.children)
        yield from _rows(each, shown, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  "))
    if len(kept) < len(node.children):
        yield f"{below}└─ {len(node.children) - len(kept)} more", "", ""


def _kept(children: Sequence[Node], shown: str) -> list[Node]:
    """Return the branches that are drawn: the newest, and the one that leads to what is shown."""
    first = len(children) - MOST
    return [each for at, each in enumerate(children) if at >= first or _leads_to(each, shown)]


def _leads_to(node: Node, shown: str) -> bool:
    return node.operation["id"] == shown or any(_leads_to(each, shown) for each in node.children)


def _became(node: Node) -> str:
    """Return how an operation ended, where that is not what one expects, and what became of it."""
    status = node.operation.get("status")
    told = [str(status)] if status and status != "success" else []
    return line_of(", ".join((*told, *node.notes)) or result(node.operation))
