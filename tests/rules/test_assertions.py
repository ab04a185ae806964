"""A test without an assertion tests nothing."""

from __future__ import annotations

import ast

from tests.rules.repository import TESTING, Function, Source, check_none, dotted, sources

CHECKS = ("pytest.raises", "pytest.warns", "pytest.fail", "raises", "fail")


def test_every_test_asserts_something() -> None:
    found = [
        f"{source.at(function)} {function.name}"
        for source in sources()
        if source.path.name.startswith("test_") or source.path.is_relative_to(TESTING / "contracts")
        for function in _tests_without_assertion(source)
    ]
    check_none(found)


def test_test_files_are_named_so_that_they_are_found() -> None:
    lost = [source.name for source in sources() if _holds_tests(source) and not source.path.name.startswith("test_")]
    check_none(lost)


def _holds_tests(source: Source) -> bool:
    """Tell whether a file of tests has test functions of its own."""
    in_tests = "tests" in source.path.parts
    return in_tests and any(function.name.startswith("test_") for function in source.functions())


def _tests_without_assertion(source: Source) -> list[Function]:
    """Return the tests of a file that assert nothing, neither themselves nor in a function of the file they call."""
    functions = list(source.functions())
    known = {function.name for function in functions if _asserts(function, set())}
    return [each for each in functions if each.name.startswith("test_") and not _asserts(each, known)]


def _asserts(function: Function, known: set[str]) -> bool:
    """Tell whether a function has an assertion, or calls what is named as one or known to have one."""
    nodes = list(ast.walk(function))
    called = [node for node in nodes if isinstance(node, ast.Call)]
    return any(isinstance(node, ast.Assert) for node in nodes) or any(_is_check(call, known) for call in called)


def _is_check(call: ast.Call, known: set[str]) -> bool:
    """Tell whether a call checks something."""
    name = dotted(call.func) or getattr(call.func, "attr", "")
    last = name.rsplit(".", 1)[-1]
    return name in CHECKS or last in known or last.lstrip("_").startswith(("assert_", "check_"))
