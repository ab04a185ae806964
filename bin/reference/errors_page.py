"""The page about errors: code, exit status, meaning and hint of each."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

from read import SDK, read_module
from write import code, page, paragraph, table

from milepost.cli.summary_failure import EXITS
from milepost.sdk import errors

INTRO = """Every error that milepost raises on purpose. The code is what programs read: with `--json`, a command that
fails prints an `error` document that has it. The exit status is that of a command that ends with the error; a run tells
its own, by what became of what is live (the last table). Words in capitals stand for what the error found."""


def errors_page() -> str:
    """Return the page."""
    module = read_module(SDK / "errors.py")
    tree = module.meaning.partition("\n\n")[2].partition("\n\n")[0]
    hints = dict(_hints())
    rows = []
    for each in module.classes:
        kind = getattr(errors, each.name)
        first = paragraph(each.meaning)
        rows.append((code(each.name), code(kind.code), str(kind.exit_status), first, hints.get(each.name, "")))
    ends = [("0", "done, or nothing was to be done"), *((str(number), text) for number, text in EXITS.items())]
    parts = [
        f"```text\n{inspect.cleandoc(tree)}\n```",
        table(("error", "code", "exit status", "meaning", "hint"), rows),
        "## Exit statuses of a run",
        table(("status", "meaning"), ends),
    ]
    return page("Errors", INTRO, parts)


def _hints() -> Iterator[tuple[str, str]]:
    """Yield the hint that each class of errors gives by itself."""
    tree = ast.parse((SDK / "errors.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            given = [each for each in ast.walk(node) if isinstance(each, ast.keyword) and each.arg == "hint"]
            found = [_words(each.value) for each in given]
            assigned = [
                _words(each.value)
                for each in ast.walk(node)
                if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "hint"
            ]
            texts = [text for text in assigned or found if text]
            yield node.name, "; ".join(texts)


def _words(node: ast.expr) -> str:
    """Return a text with capitals where values will stand; nothing for what the raiser gives."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.IfExp):
        return " or: ".join(filter(None, (_words(node.body), _words(node.orelse))))
    if isinstance(node, ast.JoinedStr):
        return "".join(_piece(each) for each in node.values)
    return ""


def _piece(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    name = next((each.id for each in ast.walk(node) if isinstance(each, ast.Name)), "")
    return "NAME" if name in ("close", "word") else name.rstrip("s").upper()
