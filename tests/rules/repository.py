"""The repository as the laws see it: its files, its Python sources as trees, its distributions."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core" / "src" / "milepost"
TESTING = CORE / "testing"
PLUGINS = ROOT / "builtin_plugins"
ROOMS = ("core", "builtin_plugins", "tests", "benchmarks", "bin")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source(NamedTuple):
    """A Python file with its text and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path below the root, as messages show it."""
        return self.path.relative_to(ROOT).as_posix()

    def at(self, node: ast.AST) -> str:
        """Return `file:line` of a node."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}"

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[Any]:
        """Yield the nodes of the given kinds."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def functions(self) -> Iterator[Function]:
        """Yield every function and method."""
        return self.nodes(ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is or could be committed."""
    argv = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file() and not path.is_symlink()))


@cache
def sources() -> tuple[Source, ...]:
    """Return the Python files of the rooms where code lives."""
    found = []
    for path in files():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ROOMS:
            text = path.read_text(encoding="utf-8")
            found.append(Source(path, text, ast.parse(text, str(path))))
    return tuple(found)


def is_test(path: Path) -> bool:
    """Tell whether a file stands in a folder of tests."""
    return "tests" in path.relative_to(ROOT).parts


def is_supervisor(source: Source) -> bool:
    """Tell whether a file is part of the program that outlives the command line and watches an app."""
    return source.path.parent == PLUGINS / "local" / "src" / "milepost_local" and source.path.stem.startswith(
        "supervisor"
    )


def product() -> tuple[Source, ...]:
    """Return the sources that users install, what is shipped for tests included."""
    return tuple(each for each in sources() if "src" in each.path.parts and not is_test(each.path))


def of_tests() -> tuple[Source, ...]:
    """Return the sources of tests, without these laws."""
    laws = Path(__file__).parent
    return tuple(each for each in sources() if is_test(each.path) and each.path.parent != laws)


def distributions() -> tuple[Path, ...]:
    """Return the folders of the built-in plugins' distributions."""
    return tuple(sorted(path.parent for path in PLUGINS.glob("*/pyproject.toml")))


def settings(folder: Path) -> dict[str, Any]:
    """Return a folder's pyproject.toml."""
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of names, an empty text for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def imported(source: Source) -> Iterator[tuple[str, ast.AST]]:
    """Yield each module, and each name of a module, that a source imports, wherever it does."""
    for node in source.nodes(ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        else:
            module = "." * node.level + (node.module or "")
            yield module, node
            yield from ((f"{module}.{alias.name}", node) for alias in node.names)


def check_none(offences: list[str]) -> None:
    """Fail with the offences, one on a line, if there are any."""
    assert not offences, "\n" + "\n".join(offences)
