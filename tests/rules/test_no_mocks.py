"""Tests use fakes that implement the protocols, and replace nothing in a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.rules.repository import Source, check_none, dotted, imported, sources

MODULES = ("unittest.mock", "mock", "pytest_mock", "flexmock", "mockito")
FIXTURES = ("mocker", "mock", "class_mocker", "session_mocker")
REPLACES = ("setattr", "delattr", "setitem", "delitem", "syspath_prepend")


def test_nothing_is_mocked() -> None:
    found = [place for source in sources() for place in _mocks(source)]
    check_none(found)


def _mocks(source: Source) -> Iterator[str]:
    """Yield the places where a source mocks."""
    for module, node in imported(source):
        if module.startswith(MODULES) and module.split(".")[0] in {name.split(".")[0] for name in MODULES}:
            yield f"{source.at(node)} imports {module}"
    for node in source.nodes(ast.Attribute):
        if "monkeypatch" in dotted(node.value).lower() and node.attr in REPLACES:
            yield f"{source.at(node)} {dotted(node)}"
    for node in source.nodes(ast.arg):
        if node.arg in FIXTURES:
            yield f"{source.at(node)} asks for {node.arg}"
