"""Every hook is typed, described in five parts, and named by a test."""

from __future__ import annotations

import ast
import re

from tests.rules.repository import CORE, Function, Source, check_none, dotted, of_tests, sources

PARTS = ("Purpose:", "When:", "Arguments:", "Returns:", "If it raises:")


def test_there_are_hooks_and_each_begins_with_the_projects_name() -> None:
    names = [hook.name for hook in _hooks()]
    assert len(names) >= 8
    check_none([name for name in names if not name.startswith("milepost_")])


def test_every_hook_is_described_in_five_parts() -> None:
    check_none([hook.name for hook in _hooks() if _parts(hook) != PARTS])


def test_every_hook_names_its_arguments_in_its_description() -> None:
    check_none(
        [
            f"{hook.name}: {argument.arg}"
            for hook in _hooks()
            for argument in hook.args.args
            if f"`{argument.arg}`" not in (ast.get_docstring(hook) or "")
        ]
    )


def test_every_hook_is_typed() -> None:
    untyped = [
        hook.name
        for hook in _hooks()
        if hook.returns is None or any(argument.annotation is None for argument in hook.args.args)
    ]
    check_none(untyped)


def test_every_hook_is_named_by_a_test() -> None:
    text = "\n".join(source.text for source in of_tests())
    check_none([hook.name for hook in _hooks() if not re.search(rf"\b{hook.name}\b", text)])


def _source() -> Source:
    """Return the module of the hookspecs."""
    return next(each for each in sources() if each.path == CORE / "sdk" / "hooks.py")


def _hooks() -> list[Function]:
    """Return the functions that are hookspecs."""
    return [each for each in _source().functions() if any(_is_mark(mark) for mark in each.decorator_list)]


def _is_mark(decorator: ast.expr) -> bool:
    """Tell whether a decorator makes a hookspec."""
    return dotted(decorator.func if isinstance(decorator, ast.Call) else decorator) == "hookspec"


def _parts(hook: Function) -> tuple[str, ...]:
    """Return the parts of a hook's description, in their order."""
    lines = (ast.get_docstring(hook) or "").splitlines()
    return tuple(part for line in lines for part in PARTS if line.startswith(part))
