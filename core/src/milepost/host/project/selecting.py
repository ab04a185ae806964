"""Label selectors as the labels of blocks: asked about labels, and their mistakes shown where they stand."""

from __future__ import annotations

from collections.abc import Mapping

from milepost.host.language.source import Source
from milepost.host.language.tree import Label
from milepost.sdk.problem import Position, Problem

# A selector's rules are imported only where a file has one: most have none, and every command reads the file.


def selects(label: Label, labels: Mapping[str, str], problems: list[Problem]) -> bool:
    """Return whether a selector selects what has these labels; one that cannot tell is reported."""
    from milepost.host.language.selector import SelectorError, parse  # noqa: PLC0415 - see above

    try:
        return parse(label.text).matches(labels)
    except SelectorError as error:
        problems.append(Problem(f"this selector cannot be used: {error}", label.position, hint=error.hint))
        return False


def wrong_selector(label: Label, source: Source) -> Problem | None:
    """Return what is wrong with a selector, at its place inside of the label; None for nothing."""
    from milepost.host.language.selector import SelectorError, parse  # noqa: PLC0415 - see above

    try:
        parse(label.text)
    except SelectorError as error:
        at = _inside(label, source, error.start, error.end)
        return Problem(f"this selector cannot be read: {error}", at, hint=error.hint)
    return None


def _inside(label: Label, source: Source, start: int, end: int) -> Position:
    """Return the place of a part of a label's text; of the whole label where escapes make the two differ."""
    at = label.position
    line = source.line(at.line)
    if at.line != at.end_line or line[at.column - 1 : at.end_column - 1] != f'"{label.text}"':
        return at
    first = at.column + 1 + start
    return at._replace(column=first, end_column=max(first + 1, at.column + 1 + end))
