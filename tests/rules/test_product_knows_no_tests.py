"""The product behaves the same whoever looks: it never asks whether it is being tested."""

from __future__ import annotations

import ast

from tests.rules.repository import TESTING, check_none, dotted, imported, product

SIGNS = ("_called_from_test", "PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTEST_XDIST_WORKER")
SHIPPED = tuple(each for each in product() if not each.path.is_relative_to(TESTING))


def test_nothing_asks_whether_it_is_tested() -> None:
    found = [f"{source.name}: {sign}" for source in SHIPPED for sign in SIGNS if sign in source.text]
    asked = [
        source.at(node)
        for source in SHIPPED
        for node in source.nodes(ast.Compare)
        if any(dotted(each) == "sys.modules" for each in node.comparators)
        and isinstance(node.left, ast.Constant)
        and str(node.left.value).startswith(("pytest", "unittest", "_pytest"))
    ]
    check_none(found + asked)


def test_what_is_shipped_for_tests_is_not_used_by_the_product() -> None:
    found = [
        f"{source.at(node)} imports {module}"
        for source in SHIPPED
        for module, node in imported(source)
        if module.split(".")[0] in ("pytest", "_pytest", "unittest") or module.startswith("milepost.testing")
    ]
    check_none(found)
