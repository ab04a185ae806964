"""The rows in the pages of a SQLite file: each is read by itself, so that a damaged one takes no other with it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from milepost.host.keeping.sqlite_pages import FILE_HEADER, Pages

TABLE_LEAF, INDEX_LEAF = 0x0D, 0x0A
LEAF_HEADER = 8
LONGEST_VARINT = 9
INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
REAL, ZERO, ONE, FIRST_BLOB = 7, 8, 9, 12

Value = None | int | float | str | bytes


class Row(NamedTuple):
    """What stands in one cell."""

    page: int
    rowid: int | None
    """None in an index, and in a table without such numbers."""
    values: tuple[Value, ...]


class Spoilt(NamedTuple):
    """A cell that cannot be read."""

    page: int
    why: str


def rows(pages: Pages) -> Iterator[Row | Spoilt]:
    """Yield all rows of all tables and indexes."""
    for number in pages.numbers():
        page = pages.page(number)
        start = FILE_HEADER if number == 1 else 0
        if page[start] in (TABLE_LEAF, INDEX_LEAF):
            yield from _cells(pages, number, page, start)


def _cells(pages: Pages, number: int, page: bytes, start: int) -> Iterator[Row | Spoilt]:
    """Yield the rows of one page."""
    (count,) = struct.unpack_from(">H", page, start + 3)
    most = (pages.usable - start - LEAF_HEADER) // 2
    for place in range(min(count, most)):
        (offset,) = struct.unpack_from(">H", page, start + LEAF_HEADER + 2 * place)
        try:
            yield _row(pages, number, page, offset, page[start])
        except (ValueError, IndexError, struct.error, OverflowError) as error:
            yield Spoilt(number, str(error))


def _row(pages: Pages, number: int, page: bytes, offset: int, kind: int) -> Row:
    """Return the row of the cell that begins there. Raises ValueError, IndexError, struct.error."""
    length, offset = _varint(page, offset)
    rowid = None
    if kind == TABLE_LEAF:
        rowid, offset = _varint(page, offset)
    return Row(number, rowid, _values(_payload(pages, page, offset, length, kind)))


def _payload(pages: Pages, page: bytes, offset: int, length: int, kind: int) -> bytes:
    """Return the bytes of a row, of which those that found no place in the page lie in others."""
    usable = pages.usable
    if length > usable * 2**20:
        raise ValueError(f"a row cannot have {length} bytes")
    most = usable - 35 if kind == TABLE_LEAF else (usable - 12) * 64 // 255 - 23
    least = (usable - 12) * 32 // 255 - 23
    fitting = least + (length - least) % (usable - 4)
    here = length if length <= most else fitting if fitting <= most else least
    found = [page[offset : offset + here]]
    if offset + here > usable or len(found[0]) < here:
        raise ValueError("a row reaches beyond its page")
    left = length - here
    following = struct.unpack_from(">I", page, offset + here)[0] if left else 0
    while left > 0:
        more = pages.page(following)
        (following,) = struct.unpack_from(">I", more)
        found.append(more[4 : 4 + min(left, usable - 4)])
        left -= len(found[-1])
    return b"".join(found)


def _values(payload: bytes) -> tuple[Value, ...]:
    """Return the values of a row."""
    end, offset = _varint(payload, 0)
    at, values = end, list[Value]()
    while offset < end:
        kind, offset = _varint(payload, offset)
        size = _size(kind)
        if at + size > len(payload):
            raise ValueError("a value reaches beyond its row")
        values.append(_value(kind, payload[at : at + size]))
        at += size
    return tuple(values)


def _size(kind: int) -> int:
    """Return the bytes of a value of that kind."""
    if kind >= FIRST_BLOB:
        return (kind - FIRST_BLOB) // 2
    return INTEGERS.get(kind, 8 if kind == REAL else 0)


def _value(kind: int, data: bytes) -> Value:
    """Return one value. Raises ValueError for a text that is none."""
    if kind >= FIRST_BLOB:
        return data.decode() if kind % 2 else data
    if kind in INTEGERS:
        return int.from_bytes(data, "big", signed=True)
    if kind == REAL:
        return float(struct.unpack(">d", data)[0])
    return {ZERO: 0, ONE: 1}.get(kind)


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    """Return the number that begins there, and where it ends."""
    value = 0
    for place in range(LONGEST_VARINT):
        byte = data[offset + place]
        if place == LONGEST_VARINT - 1:
            value = value << 8 | byte
            break
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            break
    return (value - 2**64 if value >= 2**63 else value), offset + place + 1
