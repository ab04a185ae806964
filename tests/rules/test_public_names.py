"""The seam is one package: its names are sorted, documented, and few enough to be learned."""

from __future__ import annotations

import ast
import importlib

import milepost.sdk
from tests.rules.repository import CORE, Source, check_none, sources

MOST = 40
MARKERS = {"hookspec"}
"""Names that mark things and are described where they are used."""


def test_the_public_names_are_sorted_and_few() -> None:
    names = milepost.sdk.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    assert len(names) <= MOST


def test_the_public_names_are_those_that_type_checkers_and_the_lazy_import_know() -> None:
    source = next(each for each in _rooms() if each.path.name == "__init__.py")
    typed = {alias.name for node in source.nodes(ast.ImportFrom) for alias in node.names if _of_sdk(node)}
    lazy = {name for names in milepost.sdk._ROOMS.values() for name in names}
    assert set(milepost.sdk.__all__) == typed == lazy


def test_every_public_name_can_be_imported() -> None:
    for name in milepost.sdk.__all__:
        assert getattr(milepost.sdk, name).__class__


def test_every_public_name_of_the_seam_is_documented() -> None:
    check_none([f"{source.name} {name}" for source in _rooms() for name in _undocumented(source)])


def test_the_seam_imports_nothing_slow_by_itself() -> None:
    module = importlib.import_module("milepost.sdk")
    assert module.__getattr__("Artifact").__name__ == "Artifact"


def _rooms() -> list[Source]:
    """Return the sources of the seam."""
    return [each for each in sources() if each.path.parent == CORE / "sdk"]


def _of_sdk(node: ast.ImportFrom) -> bool:
    """Tell whether an import is from the seam itself."""
    return (node.module or "").startswith("milepost.sdk.")


def _undocumented(source: Source) -> list[str]:
    """Return the public names of a module that have no docstring, or no text below their value."""
    lacking = []
    body = source.tree.body
    for statement, following in zip(body, [*body[1:], None], strict=True):
        name = _name(statement)
        if not name or name.startswith("_") or name in MARKERS:
            continue
        described = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
        if isinstance(statement, ast.ClassDef | ast.FunctionDef):
            described = ast.get_docstring(statement) is not None
        lacking += [] if described or _is_type_variable(statement) or _is_overload(statement) else [name]
    return lacking


def _name(statement: ast.stmt) -> str:
    """Return the name that a statement defines."""
    if isinstance(statement, ast.ClassDef | ast.FunctionDef):
        return statement.name
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return targets[0].id if isinstance(targets[0], ast.Name) else ""


def _is_type_variable(statement: ast.stmt) -> bool:
    """Tell whether a statement defines a type variable, which says nothing to readers."""
    return isinstance(statement, ast.Assign) and "TypeVar" in ast.dump(statement.value)


def _is_overload(statement: ast.stmt) -> bool:
    """Tell whether a statement only says one of the ways in which a function is called."""
    decorators = getattr(statement, "decorator_list", [])
    return any(isinstance(each, ast.Name) and each.id == "overload" for each in decorators)
