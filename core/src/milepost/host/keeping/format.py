"""The form of an export: JSON lines, of which the first says what it is and the last that nothing is missing.

Between them stand the documents as they are, in the order in which they were recorded, each run before its operations,
and after each operation the lines of its output.
"""

from __future__ import annotations

import json
from typing import Any

from milepost.sdk.store import Document, OutputLine

FORMAT = 1
"""The version of this form."""

HEADER, OUTPUT, END = "history", "output", "end"
"""The `kind` of the lines that are no documents."""

DOCUMENTS = ("run", "operation")


def line(value: Document) -> str:
    """Return a value as a line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def output_line(operation: str, printed: OutputLine) -> str:
    """Return a line that was printed during an operation, as a line."""
    return line({"kind": OUTPUT, "operation": operation, **printed._asdict()})


def printed(value: dict[str, Any]) -> OutputLine:
    """Return what was printed, of a line. Raises KeyError, TypeError, ValueError for what is none."""
    found = OutputLine(*(value[name] for name in OutputLine._fields))
    if not isinstance(found.number, int) or not all(isinstance(each, str) for each in found[1:]):
        raise TypeError("a line of output has a number and texts")
    return found
