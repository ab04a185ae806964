"""The columns of lists: what may be chosen, and the value of each in a document."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import line_of, moment
from milepost.host.history.newer import FIELDS
from milepost.sdk.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.sdk.store import Document

Column = Callable[["Document", "Screen"], str]
"""Gives what a column shows of a document."""

PARTS = {"run": "source.commit, failure.message", "operation": "plugin.version, hooks.0.when"}
"""Examples of parts of fields, by the kind of the records."""

_TIMES = ("started", "ended", "until", "at")


def chosen(text: str, columns: Mapping[str, Column], kind: str) -> dict[str, Column]:
    """Return the columns that `--columns` names: a list's own, or fields of the kind's records with dots between parts.

    Raises UsageError that lists them for `help`, UnknownNameError for one that there is not.
    """
    fields = tuple(FIELDS[kind])
    names = [each.strip() for each in text.split(",") if each.strip()]
    others = [each for each in fields if each not in columns]
    if not names or "help" in names:
        raise UsageError(
            f"columns: {', '.join(columns)}; fields: {', '.join(others)}; parts of them: {PARTS[kind]}",
            hint=f"--columns {','.join([*columns][:3])}",
        )
    found: dict[str, Column] = {}
    for name in names:
        if name in columns:
            found[name] = columns[name]
        elif name.partition(".")[0] in fields:
            found[name] = _field(name)
        else:
            raise UnknownNameError("column", name, (*columns, *others), hint="--columns help lists them")
    return found


def _field(path: str) -> Column:
    """Return the column of a field of the record."""

    def shown(document: Document, screen: Screen) -> str:
        value = _part(document, path.split("."))
        if path.rpartition(".")[2] in _TIMES:
            at = moment(value)
            return screen.when(at) if at else line_of(value or "")
        return _text(value)

    return shown


def _part(value: Any, path: Sequence[str]) -> Any:
    """Return the part of a value that a path names; None where there is none. A name may have dots itself."""
    if not path:
        return value
    if isinstance(value, list | tuple):
        at = int(path[0]) if path[0].isdigit() else len(value)
        return _part(value[at], path[1:]) if at < len(value) else None
    if not isinstance(value, dict):
        return None
    for length in range(len(path), 0, -1):
        name = ".".join(path[:length])
        if name in value:
            return _part(value[name], path[length:])
    return None


def _text(value: Any) -> str:
    """Return a value of a record on one line."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return line_of(",".join(value))
    return line_of(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
