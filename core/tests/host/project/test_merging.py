"""How the arguments and blocks of one body are laid over those of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from milepost.host.language.tree import Body, Number
from milepost.host.project.merging import over
from milepost.host.project.project import Project

Read = Callable[..., Project]


def told(body: Body) -> dict[str, Any]:
    """A body in short: its numbers, and its blocks by type and labels."""
    found: dict[str, Any] = {}
    for name, each in body.attributes.items():
        assert isinstance(each.value, Number)
        found[name] = int(each.value.text)
    for block in body.blocks:
        name = " ".join([block.type, *(each.text for each in block.labels)])
        found.setdefault(name, []).append(told(block.body))
    return found


@pytest.mark.parametrize(
    ("default", "scoped", "expected"),
    [
        ("a = 1\nb = 1", "b = 2\nc = 2", {"a": 1, "b": 2, "c": 2}),
        ("a = 1\nreplace = 1", "replace = 2", {"a": 1, "replace": 2}),
        ("n {\na = 1\n}", "n {\nb = 2\n}", {"n": [{"a": 1, "b": 2}]}),
        ("n {\na = 1\n}", "m {\nb = 2\n}", {"n": [{"a": 1}], "m": [{"b": 2}]}),
        ("n {\na = 1\n}\nn {\na = 2\n}", "n {\na = 3\n}", {"n": [{"a": 3}]}),
        ("n {\na = 1\n}", "n {\na = 2\n}\nn {\na = 3\n}", {"n": [{"a": 2}, {"a": 3}]}),
        ('n "x" {\na = 1\n}', 'n "y" {\na = 2\n}', {"n x": [{"a": 1}], "n y": [{"a": 2}]}),
        ('n "x" {\na = 1\n}', 'n "x" {\nb = 2\n}', {"n x": [{"a": 1, "b": 2}]}),
        ("n {\na = 1\n}", "n = 2", {"n": 2}),
        ("n = 1", "n {\na = 2\n}", {"n": [{"a": 2}]}),
        ("n {\nm {\na = 1\nb = 1\n}\n}", "n {\nm {\nb = 2\n}\n}", {"n": [{"m": [{"a": 1, "b": 2}]}]}),
        ("hook {\na = 1\n}", "hook {\nb = 2\n}", {"hook": [{"a": 1, "b": 2}]}),
        ("workspace {\na = 1\n}", "workspace {\nb = 2\n}", {"workspace": [{"a": 1, "b": 2}]}),
        ("from = 1", 'use "x" {\n}', {"from": 1, "use x": [{}]}),
    ],
)
def test_the_arguments_of_a_plugin_are_laid_over_each_other_by_name(
    default: str, scoped: str, expected: dict[str, Any], read: Read
) -> None:
    bodies = [read(f'project = "x"\nplugin "p" {{\n{text}\n}}\n').observers[0].body for text in (default, scoped)]
    assert told(over(bodies[0], bodies[1], "use")) == expected


def test_what_was_laid_over_keeps_its_places_and_the_bodies_stay_as_they_were(read: Read) -> None:
    project = read('project = "x"\nplugin "p" {\n  a = 1\n}\nplugin "q" {\n  b = 2\n}\n')
    below, above = (each.body for each in project.observers)
    found = over(below, above, "use")
    assert [each.position.line for each in found.attributes.values()] == [3, 6]
    assert (told(below), told(above)) == ({"a": 1}, {"b": 2})
