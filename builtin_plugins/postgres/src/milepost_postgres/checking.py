"""Looking for what is damaged: documents that do not read, operations without a run, counters that are too low."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

from milepost_postgres.output import unpacked
from milepost_postgres.project import Project

PAGE = 500
"""How many are read at once."""

QUESTIONS = (
    (
        "SELECT o.id, o.run FROM {s}.document o WHERE o.project = {p} AND o.kind <> 'run' AND NOT EXISTS ("
        "SELECT FROM {s}.document r WHERE r.project = o.project AND r.id = o.run) ORDER BY o.position",
        "the operation {0} belongs to the run {1}, which is not there",
    ),
    (
        "SELECT d.id, d.number, p.number FROM {s}.document d JOIN {s}.project p ON p.key = d.project "
        "WHERE d.project = {p} AND d.store IS NULL AND d.number > p.number ORDER BY d.position",
        "{0} has the number {1}, but the next run would get one after {2}",
    ),
    (
        "SELECT d.id, d.position, p.position FROM {s}.document d JOIN {s}.project p ON p.key = d.project "
        "WHERE d.project = {p} AND d.position > p.position ORDER BY d.position",
        "{0} has the position {1}, but the next document would get one after {2}",
    ),
    (
        "SELECT number, count(*) FROM {s}.document WHERE project = {p} AND kind = 'run' AND store IS NULL "
        "GROUP BY number HAVING count(*) > 1 ORDER BY number",
        "{1} runs have the number {0}",
    ),
)
"""What must find nothing, and how each row of it is told."""


def damages(project: Project) -> list[str]:
    """Return what is damaged, a sentence each."""
    found = [told.format(*row) for question, told in QUESTIONS for row in project.read(question)]
    return [*found, *_documents(project), *_packets(project)]


def _documents(project: Project) -> Iterator[str]:
    """Yield what is wrong with the documents themselves."""
    position = -(2**62)
    while rows := project.read(
        "SELECT position, id, kind, body FROM {s}.document WHERE project = {p} AND position > %s "
        "ORDER BY position LIMIT %s",
        position,
        PAGE,
    ):
        for _, name, kind, body in rows:
            try:
                document = json.loads(body)
            except ValueError as error:
                yield f"the document {name} is not JSON: {error}"
                continue
            if not isinstance(document, dict) or (document.get("id"), document.get("kind")) != (name, kind):
                yield f"the document {name} says of itself that it is another one"
        position = rows[-1][0]


def _packets(project: Project) -> Iterator[str]:
    """Yield which packets of output cannot be unpacked."""
    for operation, first in project.read("SELECT operation, first FROM {s}.packed WHERE project = {p}"):
        rows = project.read(
            "SELECT lines FROM {s}.packed WHERE project = {p} AND operation = %s AND first = %s",
            operation,
            first,
        )
        try:
            [unpacked(lines) for (lines,) in rows]
        except (ValueError, TypeError, zlib.error) as error:
            yield f"the output of {operation} cannot be read from line {first} on: {error}"
