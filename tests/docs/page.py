"""A page of the documentation as its code blocks, and how the commands in them are run and compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(?P<indent> *)```(?P<words>.*)$")
EXCUSE = re.compile(r"<!-- not run: (?P<reason>.{10,}) -->")
NEEDS = "<!-- typed with a container engine and a registry -->"
"""What a page says whose commands need containers."""
LANGUAGES = ("console", "python", "hcl", "toml", "json", "text", "mermaid")
LIMIT = 120.0
"""How long one command of a page may take, in seconds."""


class Block(NamedTuple):
    """A fenced block of code."""

    page: Path
    line: int
    language: str
    file: str
    """The second word after the fence: the name under which the block is a file in the page's folder."""
    text: str
    excused: bool
    """Whether a comment above it says why it is not run."""

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


class Typed(NamedTuple):
    """A command of a console block, and the output that the page promises."""

    command: str
    expected: tuple[str, ...]


def pages() -> tuple[Path, ...]:
    """Return the pages that people read."""
    readmes = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("*/README.md"), *ROOT.glob("*/*/README.md")]
    found = {path for path in (*readmes, *(ROOT / "docs").rglob("*.md")) if path.is_file()}
    return tuple(sorted(path for path in found if not path.relative_to(ROOT).parts[0].startswith(".")))


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page in their order."""
    lines = iter(enumerate(page.read_text(encoding="utf-8").splitlines(), 1))
    excused = False
    for number, line in lines:
        fence = FENCE.match(line)
        if not fence:
            excused = bool(EXCUSE.search(line)) or (excused and not line.strip())
            continue
        language, _, file = fence["words"].strip().partition(" ")
        text = _body(lines, fence["indent"])
        yield Block(page, number, language, file.strip(), text, excused)
        excused = False


def _body(lines: Iterator[tuple[int, str]], indent: str) -> str:
    """Return the text up to the end of the block."""
    body = []
    for _, line in lines:
        if line.strip() == "```":
            break
        body.append(line.removeprefix(indent))
    return "".join(f"{line}\n" for line in body)


def typed(block: Block) -> Iterator[Typed]:
    """Yield what is typed in a console block: the lines after `$ `, with those that continue them."""
    command, expected, goes_on = "", [], False
    for line in block.text.splitlines():
        if goes_on:
            command, goes_on = f"{command}\n{line}", line.endswith("\\")
        elif line.startswith("$ "):
            if command:
                yield Typed(command, tuple(expected))
            command, expected, goes_on = line[2:], [], line.endswith("\\")
        else:
            expected.append(line)
    if command:
        yield Typed(command, tuple(expected))


def needs_containers(page: Path) -> bool:
    """Tell whether the commands of a page need a container engine and a registry."""
    return NEEDS in page.read_text(encoding="utf-8")


def run(typed: Typed, folder: Path, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Type a command in the page's folder, as somebody whose output is piped; what milepost keeps lies beside it."""
    programs = Path(sys.executable).parent
    own = {
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "MILEPOST_STATE": str(folder.parent / "state"),
        "MILEPOST_CACHE": str(folder.parent / "cache"),
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "MILEPOST_WORKSPACE")}
    argv = ("bash", "-c", f"set -euo pipefail\n{typed.command}")
    return subprocess.run(
        argv,
        cwd=folder,
        env={**environment, **own, **(more or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def agrees(expected: tuple[str, ...], printed: str) -> bool:
    """Tell whether the lines that a page shows stand in the output in this order.

    `...` or `…` stands for anything, within a line or as a line; how wide gaps are does not count; lines that the
    page leaves out are no difference.
    """
    rest = [_even(line) for line in printed.splitlines()]
    for line in filter(None, map(_even, expected)):
        pattern = ".*".join(re.escape(part) for part in re.split(r"\.\.\.|…", line))
        hit = next((number for number, each in enumerate(rest) if re.fullmatch(pattern, each)), None)
        if hit is None and line not in ("...", "…"):
            return False
        rest = rest[(hit or 0) + (hit is not None) :]
    return True


def _even(line: str) -> str:
    """Return the line with every gap one space wide."""
    return " ".join(line.split())
