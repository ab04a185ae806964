"""Aiming at a write: a process that comes to a certain write of a history dies before, in or after it."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.place import Place

SOURCE = Path(__file__).with_name("aim.c")
SIZE = 256
"""Bytes of the file that the processes share."""

WHEN = ("before", "in", "after")
NEVER = 1 << 62


@dataclass(frozen=True)
class Aim:
    """What is preloaded into the processes of a place."""

    place: Place
    library: Path
    shared: Path

    def at(self, write: int = NEVER, when: str = "before") -> Place:
        """Return the place with a process that will die at that write of its history, from now on counted from 1."""
        self.shared.write_bytes(bytes(8) + self.shared.read_bytes()[8:16] + bytes(SIZE - 16))
        return self.place.having(
            LD_PRELOAD=str(self.library),
            AIM=str(self.shared),
            AIM_AT=str(write),
            AIM_WHEN=str(WHEN.index(when)),
            AIM_UNDER=str(self.place.state / "projects"),
        )

    @property
    def writes(self) -> int:
        """How many writes there were since `at`."""
        return int(struct.unpack_from("<q", self.shared.read_bytes())[0])

    @property
    def hit(self) -> str:
        """What was hit: what was being done, and with which file; empty if nothing was."""
        return self.shared.read_bytes()[16:].rstrip(b"\0").decode()

    def move_clock(self, seconds: int) -> None:
        """Let the clock of all processes, also of those that run already, be wrong by so many seconds."""
        with self.shared.open("r+b") as file:
            file.seek(8)
            file.write(struct.pack("<q", seconds))


def aim(place: Place) -> Aim:
    """Make what is preloaded. The test is skipped where there is no C compiler, or no Linux."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("not applicable: it takes Linux and a C compiler to aim at a write")
    library, shared = place.root / "aim.so", place.root / "aim"
    subprocess.run((compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE)), check=True)
    shared.write_bytes(bytes(SIZE))
    return Aim(place, library, shared)
