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
        for function in source.functions()
        if function.name.startswith("test_") and not _asserts(function)
    ]
    check_none(found)


def test_test_files_are_named_so_that_they_are_found() -> None:
    lost = [source.name for source in sources() if _holds_tests(source) and not source.path.name.startswith("test_")]
    check_none(lost)


def _holds_tests(source: Source) -> bool:
    """Tell whether a file of tests has test functions of its own."""
    in_tests = "tests" in source.path.parts
    return in_tests and any(function.name.startswith("test_") for function in source.functions())


def _asserts(function: Function) -> bool:
    """Tell whether a test has an assertion, or calls what is named as one."""
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and _is_check(node)) for node in ast.walk(function)
    )


def _is_check(call: ast.Call) -> bool:
    """Tell whether a call checks something."""
    name = dotted(call.func) or getattr(call.func, "attr", "")
    return name in CHECKS or name.rsplit(".", 1)[-1].lstrip("_").startswith(("assert_", "check_"))
