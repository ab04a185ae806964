"""Circles among things that need each other."""

from __future__ import annotations

from collections.abc import Mapping

Graph = Mapping[str, tuple[str, ...]]
"""Names, and for each those that it needs."""


def circles(graph: Graph) -> list[tuple[str, ...]]:
    """Return one circle for each group of names that need each other, from its first one in the graph's order."""
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    tangled = _tangled(graph)
    for start in tangled:
        if start not in seen and (circle := _way_back(tangled, start)):
            found.append(circle)
            seen.update(circle)
    return found


def _tangled(graph: Graph) -> Graph:
    """Return what may be in circles: the graph without what needs nothing, again and again."""
    needed_by: dict[str, list[str]] = {}
    for name, needs in graph.items():
        for each in needs:
            needed_by.setdefault(each, []).append(name)
    open_needs = {name: sum(each in graph for each in needs) for name, needs in graph.items()}
    free = [name for name, count in open_needs.items() if not count]
    for name in free:
        for each in needed_by.get(name, ()):
            open_needs[each] -= 1
            if not open_needs[each]:
                free.append(each)
    return {name: needs for name, needs in graph.items() if open_needs[name]}


def _way_back(graph: Graph, start: str) -> tuple[str, ...]:
    """Return the shortest way from a name back to itself; empty if there is none."""
    came_from: dict[str, str] = {}
    queue = [start]
    for name in queue:
        for each in graph.get(name, ()):
            if each == start:
                return _way(came_from, name)
            if each not in came_from:
                came_from[each] = name
                queue.append(each)
    return ()


def _way(came_from: Mapping[str, str], last: str) -> tuple[str, ...]:
    way = [last]
    while way[-1] in came_from:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))
