"""Where something stands in a JSON document, in words: `app.web.deploy.use.docker.ports[0]`."""

from __future__ import annotations

import json
import re
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The names of properties, and the numbers of items from 0."""

_LONGEST = 16
_PLAIN = re.compile(r"[\w-]+")


def shown(path: Path) -> str:
    """Return a path as people read it; names that are no plain words stand in brackets and quotes.

    Of a very long one, only the beginning is there.
    """
    if len(path) > _LONGEST:
        return f"{shown(path[:_LONGEST])}…"
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text
