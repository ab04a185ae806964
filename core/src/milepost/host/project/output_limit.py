"""How much of an operation's output is kept: `output_limit` in the `history` block."""

from __future__ import annotations

import re

from milepost.host.language.tree import Body, Literal, Number
from milepost.sdk.problem import Problem

USUAL = 32 * 1024 * 1024
"""Where nothing is said, in characters; in English text a character is a byte."""

LEAST = 64 * 1024

_UNITS = {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3, "ki": 1024, "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}


def output_limit(body: Body, problems: list[Problem]) -> int:
    """Return the limit that the file sets, or the usual one; what is wrong is reported."""
    block = body.one("history")
    value = block.body.value("output_limit") if block else None
    if value is None:
        return USUAL
    found = None
    if isinstance(value, Number) or (isinstance(value, Literal) and isinstance(value.value, str)):
        found = size(value.text if isinstance(value, Number) else str(value.value))
    if found is not None and found >= LEAST:
        return found
    message = "output_limit: expected a size of 64KiB or more as a plain text, such as 10MB"
    problems.append(Problem(message, value.position, hint='write output_limit = "32MiB"'))
    return USUAL


def size(text: str) -> int | None:
    """Return the bytes of a size such as `10MB` or `32MiB`; None if it is not one."""
    # Compiled when asked for: few files say it, and lists must be quick.
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kMG]i?)?B?", text.strip().replace("Ki", "ki"), re.ASCII)
    return int(float(found[1]) * _UNITS[found[2] or ""]) if found else None
