"""Pages of Markdown from pieces: tables, paragraphs, the note that a page is generated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from read import Class, Field, Method

COMMAND = ".venv/bin/python bin/reference"
NOTE = f"<!-- Made from the sources by `{COMMAND}`; a change here is lost. -->"


def page(title: str, intro: str, parts: Iterable[str]) -> str:
    """Return a whole generated page."""
    return "\n\n".join([NOTE, f"# {title}", intro, *parts]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; nothing for no rows."""
    written = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    if not written:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *written])


def _cell(text: str) -> str:
    """Return a text that may stand in a table."""
    return re.sub(r"\s*\n\s*", " ", text).replace("|", "\\|").strip()


def code(text: str) -> str:
    """Return a text as code; nothing for an empty one."""
    return f"`{text}`" if text else ""


def paragraph(text: str) -> str:
    """Return a docstring as paragraphs: the lines of one joined, indented ones as they are."""
    parts = re.split(r"\n\s*\n", text)
    return "\n\n".join(each if each.startswith("    ") else re.sub(r"\s*\n\s*", " ", each) for each in parts)


MEANINGS = {
    "config": "The class of its arguments.",
    "state": "The class of what it wants remembered.",
    "default_releaser": "What to release through where the project file has no `release` block.",
    "file": "The file's name.",
    "line": "The line, from 1.",
    "column": "The column, from 1.",
    "end_line": "The line of the end.",
    "end_column": "The column after the end.",
    "position": "Where; None for the file as a whole.",
}
"""What some fields mean that have no description in the sources, wherever they stand."""


def fields_table(fields: Iterable[Field]) -> str:
    """Return the fields of a value as a table. Raises KeyError for a field that nobody describes."""
    rows = [(code(each.name), code(each.type), _default(each), each.meaning or MEANINGS[each.name]) for each in fields]
    return table(("field", "type", "default", "meaning"), rows)


def _default(field: Field) -> str:
    """Return the default of a field, a fresh dict or list as such."""
    if not field.default:
        return "must be given"
    return code({"field(default_factory=dict)": "{}"}.get(field.default, field.default))


def methods_list(methods: Iterable[Method]) -> str:
    """Return methods as a list of signatures, each with its description."""
    return "\n".join(f"- `{each.signature}`\n{_indented(paragraph(each.meaning))}" for each in methods)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def described(each: Class, level: str = "###") -> list[str]:
    """Return the parts of a page about a class."""
    bases = [base for base in each.bases if base not in ("Struct", "Protocol", "Exception")]
    title = f"{level} {each.name}" + (f" ({', '.join(bases)})" if bases else "")
    parts = (title, paragraph(each.meaning), fields_table(each.fields), methods_list(each.methods))
    return [part for part in parts if part]
