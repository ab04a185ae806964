"""What a Dockerfile says to the first project file: which port its container listens on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = "Dockerfile"
PLUGIN = "docker"
"""The word after `use` that builds it and runs what comes of it."""


def exposed_port(place: Path) -> int | None:
    """Return the first TCP port that the last stage of a Dockerfile exposes by number; None where it says none."""
    port: int | None = None
    for line in _instructions(place.read_text(encoding="utf-8", errors="replace")):
        word, _, rest = line.partition(" ")
        if word.upper() == "FROM":
            port = None
        elif word.upper() == "EXPOSE" and port is None:
            found = re.search(r"(?:^|\s)(\d{1,5})(?:/tcp)?(?=\s|$)", rest)
            port = int(found[1]) if found else None
    return port


def _instructions(text: str) -> list[str]:
    """Return the lines of a Dockerfile, those joined that a backslash continues, without comments."""
    kept = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [line.strip() for line in re.sub(r"\\[ \t]*\n", " ", "\n".join(kept)).splitlines()]
