"""Record a real run on a terminal and draw it as docs/up.svg: `.venv/bin/python bin/picture.py`."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "up.svg"
WIDTH, HEIGHT = 96, 50
TYPED = ("milepost up", "sed -i.old s/Hello/Welcome/ milepost.hcl", "milepost up", "milepost rollback")
SEQUENCE = re.compile(r"\x1b\[(?P<count>\?*\d*)(?P<what>[A-Za-ln-z])|(?P<text>(?:\x1b\[[\d;]*m|[^\x1b\r\n])+)|[\r\n]")


def main() -> int:
    """Record what is typed in a copy of the example, draw it, and destroy what was started."""
    with tempfile.TemporaryDirectory(prefix="milepost-") as scratch:
        folder = Path(scratch) / "hello"
        shutil.copytree(ROOT / "docs" / "examples" / "hello", folder)
        environment = _environment(Path(scratch))
        try:
            lines = [line for typed in TYPED for line in (f"$ {typed}", *recorded(typed, folder, environment), "")]
        finally:
            recorded("milepost destroy --all --yes", folder, environment)
    PICTURE.write_text(drawn(lines), encoding="utf-8")
    sys.stdout.write(f"wrote {PICTURE.relative_to(ROOT)}\n")
    return 0


def _environment(scratch: Path) -> dict[str, str]:
    """Return an environment like that of a person on a terminal, with a history of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "MILEPOST_HISTORY")}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    own = {"MILEPOST_STATE": str(scratch / "state"), "MILEPOST_CACHE": str(scratch / "cache")}
    return {**kept, **own, "PATH": programs, "TERM": "xterm-256color", "GIT_CEILING_DIRECTORIES": str(scratch)}


def recorded(typed: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """Return the lines that a command leaves on a terminal. Raises CalledProcessError if it fails."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    argv = ("bash", "-c", typed)
    with subprocess.Popen(argv, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as program:
        os.close(theirs)
        shown = b"".join(_printed(ours)).decode()
    os.close(ours)
    if program.returncode:
        raise subprocess.CalledProcessError(program.returncode, argv, shown)
    return screen(shown)


def _printed(terminal: int) -> Iterator[bytes]:
    """Yield what is printed until nobody has the terminal open."""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side is closed
            return
        if not piece:
            return
        yield piece


def screen(shown: str) -> list[str]:
    """Return the lines that are left after all that was drawn over others; colours stay in them."""
    lines, row = [""], 0
    for found in SEQUENCE.finditer(shown):
        if found["text"] is not None:
            lines[row] += found["text"]
        elif found.group() == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif found["what"] == "A":
            row -= int(found["count"] or 1)
        elif found["what"] == "K":
            lines[row] = ""
    return lines[: row + 1] if lines[row] else lines[:row]


def drawn(lines: list[str]) -> str:
    """Return the lines as a picture; nothing in it is fetched from elsewhere."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor")
    for line in lines:
        console.print(Text.from_ansi(line), soft_wrap=True)
    svg = console.export_svg(title="milepost up", unique_id="up")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    sys.exit(main())
