"""Files, functions and lists of parameters stay small enough to be read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.rules.repository import CORE, ROOT, Function, Source, check_none, sources

FILE = 300
FUNCTION = 40
SMALL_FUNCTION = 25
PARAMETERS = 6
NESTING = 3
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)


def test_no_file_is_longer_than_300_lines() -> None:
    long = [f"{each.name}: {lines}" for each in sources() if (lines := len(each.text.splitlines())) > FILE]
    check_none(long)


def test_no_function_is_longer_than_40_lines_or_25_in_plugins_and_commands() -> None:
    long = [
        f"{source.at(function)} {function.name}: {lines}"
        for source in sources()
        for function in source.functions()
        if (lines := _lines(function)) > _limit(source)
    ]
    check_none(long)


def test_no_function_has_more_than_six_parameters() -> None:
    many = [
        f"{source.at(function)} {function.name}: {count}"
        for source in sources()
        for function in source.functions()
        if (count := _parameters(function)) > PARAMETERS
    ]
    check_none(many)


def test_nothing_is_nested_deeper_than_three_blocks() -> None:
    deep = [
        f"{source.at(function)} {function.name}: {depth}"
        for source in sources()
        for function in source.functions()
        if (depth := _depth(function.body)) > NESTING
    ]
    check_none(deep)


def _limit(source: Source) -> int:
    """Return how long a function may be there."""
    parts = source.path.relative_to(ROOT).parts
    in_plugin = parts[0] == "builtin_plugins" and "src" in parts
    return SMALL_FUNCTION if in_plugin or source.path.is_relative_to(CORE / "cli" / "commands") else FUNCTION


def _lines(function: Function) -> int:
    """Return the length from `def` to the end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _parameters(function: Function) -> int:
    """Return how many parameters a caller sees."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    own = bool(named) and named[0].arg in ("self", "cls")
    return len(named) - own + (arguments.vararg is not None) + (arguments.kwarg is not None)


def _depth(body: list[ast.stmt]) -> int:
    """Return how deep blocks stand in each other; `elif` is not deeper than its `if`."""
    return max((_depth_of(statement) for statement in body), default=0)


def _depth_of(statement: ast.stmt) -> int:
    """Return the depth of one statement."""
    if not isinstance(statement, BLOCKS):
        return 0
    inner, beside = [], []
    for part in _bodies(statement):
        chained = isinstance(statement, ast.If) and part is statement.orelse and _is_elif(part)
        (beside if chained else inner).append(_depth(part))
    return max(1 + max(inner, default=0), max(beside, default=0))


def _is_elif(body: list[ast.stmt]) -> bool:
    """Tell whether an `else` holds nothing but another `if`."""
    return len(body) == 1 and isinstance(body[0], ast.If)


def _bodies(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the lists of statements that stand in a block."""
    for name in ("body", "orelse", "finalbody"):
        if getattr(statement, name, None):
            yield getattr(statement, name)
    for name in ("handlers", "cases"):
        yield from (part.body for part in getattr(statement, name, ()))
