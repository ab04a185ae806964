"""What the sources say of themselves: classes, fields, methods and values, with their descriptions, in order."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "core" / "src" / "milepost" / "sdk"


class Field(NamedTuple):
    """A field of a value."""

    name: str
    type: str
    default: str
    """As it is written; empty where a value must be given."""
    meaning: str


class Method(NamedTuple):
    """A function, or a method of a class."""

    name: str
    signature: str
    meaning: str


class Value(NamedTuple):
    """A name that stands for a value or a type."""

    name: str
    value: str
    meaning: str


class Class(NamedTuple):
    """A class."""

    name: str
    bases: tuple[str, ...]
    meaning: str
    fields: tuple[Field, ...]
    methods: tuple[Method, ...]


class Module(NamedTuple):
    """A module."""

    meaning: str
    classes: tuple[Class, ...]
    functions: tuple[Method, ...]
    values: tuple[Value, ...]


def read_module(path: Path) -> Module:
    """Return what a module says: its public classes, functions and described values."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    body = [each for each in tree.body if not _name_of(each).startswith("_")]
    return Module(
        meaning=inspect.cleandoc(ast.get_docstring(tree) or ""),
        classes=tuple(_class(each, text) for each in body if isinstance(each, ast.ClassDef)),
        functions=tuple(_method(each, text) for each in body if isinstance(each, ast.FunctionDef)),
        values=tuple(_values(body, text)),
    )


def _name_of(node: ast.AST) -> str:
    return str(getattr(node, "name", ""))


def _source(node: ast.AST | None, text: str) -> str:
    """Return the source of a node on one line."""
    if node is None:
        return ""
    written = ast.get_source_segment(text, node) or ""
    return re.sub(r"\s+", " ", written).replace("( ", "(").replace(" )", ")").replace(",)", ")").strip()


def _values(body: list[ast.stmt], text: str) -> list[Value]:
    """Return the names that are given a value and a text about it."""
    found = []
    for node, after in zip(body, [*body[1:], None], strict=True):
        name = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.Assign) and isinstance(name, ast.Name) and not name.id.startswith("_") and _text(after):
            found.append(Value(name.id, _source(node.value, text), _text(after)))
    return found


def _text(node: ast.stmt | None) -> str:
    """Return the text that stands alone as a statement; empty for another statement."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return inspect.cleandoc(node.value.value)
    return ""


def _class(node: ast.ClassDef, text: str) -> Class:
    fields = []
    for each, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(each, ast.AnnAssign) and not _source(each.annotation, text).startswith("ClassVar"):
            fields.append(_field(each, _text(after), text))
    methods = [_method(each, text) for each in node.body if isinstance(each, ast.FunctionDef)]
    return Class(
        name=node.name,
        bases=tuple(_source(base, text) for base in node.bases),
        meaning=inspect.cleandoc(ast.get_docstring(node) or ""),
        fields=tuple(fields),
        methods=tuple(each for each in methods if not each.name.startswith("_")),
    )


def _field(node: ast.AnnAssign, after: str, text: str) -> Field:
    """Return a field; its description stands in its annotation, or below it."""
    kind: ast.expr = node.annotation
    meaning = after
    if isinstance(kind, ast.Subscript) and _source(kind.value, text) == "Annotated":
        assert isinstance(kind.slice, ast.Tuple)
        kind, *notes = kind.slice.elts
        meaning = next((told for each in notes if (told := _description(each))), after)
    return Field(ast.unparse(node.target), _source(kind, text), _source(node.value, text), meaning)


def _description(node: ast.expr) -> str:
    """Return the `description` of a Meta; empty if it has none."""
    for each in node.keywords if isinstance(node, ast.Call) else ():
        if each.arg == "description":
            return str(ast.literal_eval(each.value))
    return ""


def _method(node: ast.FunctionDef, text: str) -> Method:
    """Return a function with its signature as it is written, on one line."""
    first = node.args.args[0].arg if node.args.args else ""
    written = re.sub(r"\s+", " ", ast.unparse(node.args))
    if first in ("self", "cls"):
        written = written.removeprefix(first).removeprefix(", ")
    returns = f" -> {_source(node.returns, text)}" if node.returns else ""
    named = any(isinstance(each, ast.Name) and each.id == "property" for each in node.decorator_list)
    signature = f"{node.name}:{returns.removeprefix(' ->')}" if named else f"{node.name}({written}){returns}"
    return Method(node.name, signature, inspect.cleandoc(ast.get_docstring(node) or ""))
