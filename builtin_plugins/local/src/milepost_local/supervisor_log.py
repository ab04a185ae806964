"""The log of one replica: lines with their time, in files that are rotated."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from milepost_local.supervisor_mask import Mask

LONGEST_LINE = 64 * 1024
"""Bytes after which a line without an end is written as it is."""


class Log:
    """Where a replica's output goes: `NAME.log`, with the older parts in `NAME.log.1` and on.

    A disk that is full must not stop the app: what cannot be written is counted, and the count is written later.
    """

    def __init__(self, path: Path, size: int, files: int, mask: Mask) -> None:
        self._path, self._size, self._files, self.mask = path, size, files, mask
        self._file: BinaryIO | None = None
        self._written = 0
        self._lost = 0

    def write(self, line: bytes, stream: str) -> None:
        """Add a line that was printed on `stdout` or `stderr`."""
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        text = f"{stamp} {stream} ".encode() + self.mask(line) + b"\n"
        try:
            if self._lost:
                text = (
                    f"{stamp} stderr [milepost] {self._lost} lines were lost: the log could not be written\n".encode()
                    + text
                )
            self._append(text)
            self._lost = 0
        except OSError:
            self._lost += 1

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def _append(self, text: bytes) -> None:
        """Write at the end of the newest file, which is begun anew when it is full."""
        if self._file is None:
            self._file = open(self._path, "ab", buffering=0)  # noqa: SIM115  it stays open from line to line
            self._written = self._file.tell()
        if self._written and self._written + len(text) > self._size:
            self._rotate()
            return self._append(text)
        self._written += self._file.write(text)
        return None

    def _rotate(self) -> None:
        """Number the files up, and forget the oldest."""
        self.close()
        for number in range(self._files - 1, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = self._path.with_name(f"{self._path.name}.{number - 1}") if number > 1 else self._path
            if newer.exists():
                newer.replace(older)
        if self._files == 1:
            self._path.unlink()


class Lines:
    """Makes lines of what arrives on a pipe in pieces."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._rest = b""

    def add(self, piece: bytes) -> list[bytes]:
        """Return the lines that are complete now, without their ends."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        while len(self._rest) > LONGEST_LINE + self._mask.reach:
            # Before the cut, which may go through a secret.
            self._rest = self._mask(self._rest)
            lines.append(self._rest[:LONGEST_LINE])
            self._rest = self._rest[LONGEST_LINE:]
        return [line.removesuffix(b"\r") for line in lines]

    def end(self) -> list[bytes]:
        """Return what came after the last line end, if anything."""
        rest, self._rest = self._rest, b""
        return [rest] if rest else []
