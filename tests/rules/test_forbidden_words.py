"""The project speaks of itself: no package index, no path of one person's machine."""

from __future__ import annotations

import re
from pathlib import Path

from tests.rules.repository import ROOT, check_none, files

INDEX = ("py" + "pi.org", "pythonhosted" + ".org", "--index" + "-url", "extra-index" + "-url =", "index" + "-url =")
MACHINE = re.compile("/(?:" + "work|root|home|Users" + r")/[A-Za-z0-9_.-]+")


def test_no_address_of_a_package_index_is_kept() -> None:
    found = [f"{place} {word}" for place, line in _lines() for word in INDEX if word in line]
    check_none(found)


def test_no_path_of_one_machine_is_kept() -> None:
    found = [f"{place} {match[0]}" for place, line in _lines() if (match := MACHINE.search(line))]
    check_none(found)


def _lines() -> list[tuple[str, str]]:
    """Return each line of each text file with its place."""
    return [
        (f"{path.relative_to(ROOT)}:{number}", line)
        for path in files()
        for number, line in enumerate(_text(path).splitlines(), 1)
    ]


def _text(path: Path) -> str:
    """Return the text of a file; nothing for one that holds no text."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")
