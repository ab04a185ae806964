"""The pages of a SQLite file as bytes, those of its log laid over them: read even where SQLite itself gives up.

The format is that of https://www.sqlite.org/fileformat2.html. Nothing that stands in the bytes is trusted.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

USUAL_SIZE = 4096
SIZES = frozenset(2**power for power in range(9, 17))
LOG_HEADER, FRAME_HEADER = 32, 24
LOG_MAGIC = (0x377F0682, 0x377F0683)
MOST_RESERVED = 64
"""More bytes of a page are never set aside: a greater number is damage."""
FILE_HEADER = 100
"""The bytes of the first page before its tree begins."""


class Pages:
    """The pages by their numbers, from 1. A file that is not there has none."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes() if path.exists() else b""
        log = path.with_name(path.name + "-wal")
        frames = log.read_bytes() if log.exists() else b""
        self.size = _page_size(self._data, frames)
        self._logged = _committed(frames, self.size)
        self._count = max(-(-len(self._data) // self.size), *self._logged, 0)
        first = self.page(1) if self._count else b""
        reserved = first[20] if first[:6] == b"SQLite" else 0
        self.usable = self.size - (reserved if reserved <= MOST_RESERVED else 0)

    def page(self, number: int) -> bytes:
        """Return a page, filled up with zeros where the file ends in it. Raises ValueError if it is not there."""
        if not 0 < number <= self._count:
            raise ValueError(f"there is no page {number}")
        if number in self._logged:
            return self._logged[number]
        return self._data[(number - 1) * self.size : number * self.size].ljust(self.size, b"\0")

    def numbers(self) -> Iterator[int]:
        """Yield the numbers of all pages that are in use, as far as that can be told."""
        free = self._free()
        return (number for number in range(1, self._count + 1) if number not in free)

    def _free(self) -> set[int]:
        """Return the pages that hold only what was removed; none where the list of them is damaged."""
        found: set[int] = set()
        try:
            (trunk,) = struct.unpack_from(">I", self.page(1), 32)
            while trunk:
                if trunk in found:
                    return set()
                following, count = struct.unpack_from(">II", self.page(trunk))
                leaves = struct.unpack_from(f">{min(count, self.size // 4)}I", self.page(trunk), 8)
                found |= {trunk, *leaves}
                trunk = following
        except (ValueError, struct.error):
            return set()
        return found


def _page_size(data: bytes, frames: bytes) -> int:
    """Return the size of a page, as file or log say it; the usual one where neither makes sense."""
    said = struct.unpack_from(">H", data, 16)[0] if len(data) >= FILE_HEADER else 0
    logged = struct.unpack_from(">I", frames, 8)[0] if len(frames) >= LOG_HEADER else 0
    for size in (65536 if said == 1 else said, logged):
        if size in SIZES:
            return int(size)
    return USUAL_SIZE


def _committed(frames: bytes, size: int) -> dict[int, bytes]:
    """Return the pages of a log as they were after its last whole transaction."""
    if len(frames) < LOG_HEADER or struct.unpack_from(">I", frames)[0] not in LOG_MAGIC:
        return {}
    salts, pages, pending = frames[16:24], dict[int, bytes](), dict[int, bytes]()
    for start in range(LOG_HEADER, len(frames) - FRAME_HEADER - size + 1, FRAME_HEADER + size):
        number, total = struct.unpack_from(">II", frames, start)
        if frames[start + 8 : start + 16] != salts:
            continue  # of an earlier round of the log, or damaged
        pending[number] = frames[start + FRAME_HEADER : start + FRAME_HEADER + size]
        if total:
            pages.update(pending)
            pending = {}
    return pages
