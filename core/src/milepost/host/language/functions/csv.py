"""CSV: tables as text, read into objects."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milepost.sdk.functions import FunctionError, function

_FIELD = re.compile(r'(?:"((?:[^"]+|"")*+)"|([^,"\n]*?))(,|\r?\n|\r?\Z)')


@function
def csvdecode(text: str) -> list[dict[str, str]]:
    r"""Return the rows of a CSV text as objects; the names of their attributes stand in the first row.

    All values are texts. Empty lines are skipped. A row that is shorter or longer than the first one is an error.

    Example: csvdecode("name,port\nweb,80\n") is [{name = "web", port = "80"}]
    Example: csvdecode("a,b\n1") fails
    Example: csvdecode("a,a\n1,2") fails
    """
    rows = _rows(text.removeprefix("\ufeff"))
    _, names = next(rows, (1, None))
    if names is None:
        raise FunctionError("the text is empty; expected a first row with names", 0)
    twice = next((each for at, each in enumerate(names) if each in names[:at]), None)
    if twice is not None:
        raise FunctionError(f'the first row names "{twice}" twice', 0)
    return [dict(zip(names, _fitting(row, names, line), strict=True)) for line, row in rows]


def _fitting(row: list[str], names: list[str], line: int) -> list[str]:
    if len(row) != len(names):
        raise FunctionError(f"the row in line {line} has {len(row)} fields; the first row has {len(names)}", 0)
    return row


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Return the rows with the numbers of their lines."""
    at, line, row = 0, 1, list[str]()
    while at < len(text):
        found = _FIELD.match(text, at)
        if found is None:
            raise _wrong(text, at, line)
        quoted, plain, end = found.groups()
        row.append(plain if quoted is None else quoted.replace('""', '"').replace("\r\n", "\n"))
        if end != ",":
            if row != [""] or quoted is not None:
                yield line, row
            row = []
        line, at = line + found[0].count("\n"), found.end()
        if end == "," and at == len(text):
            yield line, [*row, ""]


def _wrong(text: str, at: int, line: int) -> FunctionError:
    if text[at] != '"':
        return FunctionError(f'line {line} has a " in a field that does not begin with one', 0, hint=_HINT)
    return FunctionError(f'a field in line {line} begins with " and has none at its end', 0, hint=_HINT)


_HINT = 'write a field with quotes in it "like ""this"""'

FUNCTIONS = (csvdecode,)
