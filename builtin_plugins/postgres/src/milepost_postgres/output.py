"""The output of operations: a row for each line while it is printed, compressed packets afterwards."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence

from milepost.sdk.store import OutputLine
from milepost_postgres.columns import storable, text
from milepost_postgres.project import Project

PACKET = 4000
"""How many lines are compressed together; more would be read for nothing by who wants the last ones."""


class Output:
    """The output of the operations of a project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def write(self, operation: str, lines: Iterable[OutputLine]) -> None:
        """Add lines, durably; one whose number is there already is left as it is."""
        rows = [(line.number, text((line.at, line.source, line.stream, _written(line.text)))) for line in lines]
        for start in range(0, len(rows), PACKET):
            numbers, written = zip(*rows[start : start + PACKET], strict=True)
            self._project.write(
                "SELECT {s}.write_output({p}, %s, %s::int[], %s::text[])::text",
                *(storable(operation), list(numbers), list(written)),
            )

    def read(self, operation: str, after: int) -> list[OutputLine]:
        """Return the lines whose number is greater, in order."""
        # One statement, and so one instant: what is packed at this moment is seen in one of both places.
        rows = self._project.read(
            "SELECT number, line, NULL FROM {s}.output WHERE project = {p} AND operation = %s AND number > %s "
            "UNION ALL SELECT first, NULL, lines FROM {s}.packed WHERE project = {p} AND operation = %s AND last > %s",
            *(storable(operation), after) * 2,
        )
        found = {number: OutputLine(number, *json.loads(line)) for number, line, packed in rows if packed is None}
        for _, _, packed in rows:
            if packed is not None:
                found |= {line.number: line for line in unpacked(packed)}
        return [found[number] for number in sorted(found) if number > after]

    def seal(self, operation: str) -> None:
        """Compress what is there."""
        while rows := self._project.read(
            "SELECT number, line FROM {s}.output o WHERE project = {p} AND operation = %s AND NOT EXISTS ("
            "SELECT FROM {s}.packed p WHERE p.project = o.project AND p.operation = o.operation AND p.first = o.number"
            ") ORDER BY number LIMIT %s",
            storable(operation),
            PACKET,
        ):
            self._project.write(
                "SELECT {s}.pack({p}, %s, %s::int[], %s::bytea)::text",
                *(storable(operation), [number for number, _ in rows], packed(rows)),
            )

    def drop(self, operations: Sequence[str]) -> None:
        """Remove the output of these operations."""
        self._project.write("SELECT {s}.drop_output({p}, %s::text[])::text", [*map(storable, operations)])


def packed(rows: Iterable[tuple[int, str]]) -> bytes:
    """Return numbered lines as one packet."""
    return zlib.compress(text([[number, *json.loads(line)] for number, line in rows]).encode())


def unpacked(packet: bytes) -> list[OutputLine]:
    """Return the lines of a packet. Raises ValueError or zlib.error for what is none."""
    return [OutputLine(*line) for line in json.loads(zlib.decompress(packet))]


def _written(line: str) -> str:
    """Return the text with lone surrogates, as Python reads bytes that are no UTF-8, spelt out."""
    return line.encode("utf-8", "backslashreplace").decode("utf-8")
