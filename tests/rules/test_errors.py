"""The errors are one tree, and the tree that is drawn is the one that is there."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from typing import NamedTuple

from milepost.sdk import errors
from tests.rules.repository import CORE, Source, check_none, dotted, product

DRAWN = re.compile(r"^    (?P<branch>[│├└─ ]*)(?P<name>\w+Error) +(?P<status>\d+)  (?P<code>[a-z-]+)$")
STEP = 4
"""How far a branch is drawn to the right of its parent."""


class Drawn(NamedTuple):
    """A line of the drawing."""

    name: str
    parent: str | None
    status: int
    code: str


def test_the_drawing_shows_every_error_with_its_parent_exit_status_and_code() -> None:
    real = [Drawn(each.__name__, _parent(each), each.exit_status, each.code) for each in _classes()]
    assert sorted(_drawing()) == sorted(real)


def test_every_code_is_used_once() -> None:
    codes = [each.code for each in _classes()]
    assert len(set(codes)) == len(codes)


def test_exit_statuses_are_those_of_the_command_line() -> None:
    assert {each.exit_status for each in _classes()} <= {1, 2, 4, 5, 130}


def test_no_error_of_the_tree_is_defined_elsewhere() -> None:
    check_none([f"{source.at(node)} {node.name}" for source, node in _below() if source.path.is_relative_to(CORE)])


def test_an_error_of_a_plugins_own_is_to_users_what_its_parent_is() -> None:
    words = {"code", "exit_status"}
    found = [
        f"{source.at(node)} {node.name}"
        for source, node in _below()
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each.id in words
    ]
    check_none(found)


def _below() -> Iterator[tuple[Source, ast.ClassDef]]:
    """Yield the classes outside the tree's module whose parent is an error of the tree."""
    names = {each.__name__ for each in _classes()}
    elsewhere = (each for each in product() if each.path != CORE / "sdk" / "errors.py")
    for source, node in ((each, node) for each in elsewhere for node in each.nodes(ast.ClassDef)):
        if names & {dotted(base).rsplit(".", 1)[-1] for base in node.bases}:
            yield source, node


def _classes() -> list[type[errors.MilepostError]]:
    """Return the errors that the module defines."""
    found = inspect.getmembers(errors, inspect.isclass)
    return [each for _, each in found if issubclass(each, errors.MilepostError)]


def _parent(error: type[errors.MilepostError]) -> str | None:
    """Return the name of the error above."""
    return None if error is errors.MilepostError else error.__bases__[0].__name__


def _drawing() -> Iterator[Drawn]:
    """Read the drawing at the top of the module."""
    above: list[str] = []
    for match in filter(None, map(DRAWN.match, (errors.__doc__ or "").splitlines())):
        depth = len(match["branch"]) // STEP
        del above[depth:]
        yield Drawn(match["name"], above[-1] if above else None, int(match["status"]), match["code"])
        above.append(match["name"])
