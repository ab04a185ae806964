"""What can be told of names in a file that has other mistakes, so that all is told at once and nothing twice."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from milepost.host.language.tree import Block, Body
from milepost.host.project.check_references import check_references
from milepost.host.project.project import Project
from milepost.sdk.problem import Position, Problem


def names_besides(project: Project, problems: Sequence[Problem]) -> list[Problem]:
    """Return what is wrong with the names in a project, as far as it does not follow from the other problems.

    Where something outside of the apps is wrong, a name may be missing for that reason. Where a block of an
    app is wrong as such, nobody knows which stage its names stand in.
    """
    places = [each.position for each in problems if each.position]
    tops = _tops(project.body)
    owners = [_owner(tops, each) for each in places]
    if len(places) < len(problems) or not all(map(_keeps_names, owners, places)):
        return []
    broken = {id(each) for each, at in zip(owners, places, strict=True) if each and at in set(_headers(each))}
    return [
        each for each in check_references(project) if each.position and id(_owner(tops, each.position)) not in broken
    ]


def _keeps_names(owner: Block | None, at: Position) -> bool:
    """Whether what is wrong there takes away no name that others may use: what a variable is called stands first."""
    if owner is None:
        return False
    return owner.type == "app" or (owner.type == "variable" and at not in set(_headers(owner)))


def _tops(body: Body) -> list[tuple[int, Block | None]]:
    """Return the lines where something at the top of the file begins, in their order; no block for an argument."""
    lines: list[tuple[int, Block | None]] = [(each.position.line, each) for each in body.blocks]
    lines += [(each.position.line, None) for each in body.attributes.values()]
    return sorted(lines, key=lambda each: each[0])


def _owner(tops: list[tuple[int, Block | None]], at: Position) -> Block | None:
    """Return the block at the top of the file that a place is in; None for an argument at the top."""
    after = bisect_right(tops, at.line, key=lambda each: each[0])
    return tops[after - 1][1] if after else None


def _headers(block: Block) -> Iterator[Position]:
    """Yield the places of a block and of all blocks in it."""
    yield block.position
    for label in block.labels:
        yield label.position
    for each in block.body.blocks:
        yield from _headers(each)
