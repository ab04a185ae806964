"""How a question for the latest documents becomes SQL.

What selects few documents (a run, a target, a commit) is sorted after it was found; all else is read in the order of
an index and ends at the limit, so that a list costs the same however long the history is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from milepost.sdk.store import FIELDS, Where
from milepost_postgres.columns import moment, storable

SHORTEST_COMMIT = 4
LAST = "\U0010ffff"
"""Stands behind all that begins alike."""

FEW = frozenset(("run", "number", "target", "presence", "commit"))
"""Conditions that leave few documents."""

MOMENTS = {"since": "started >= %s::timestamptz", "until": "started < %s::timestamptz"}


class Page(NamedTuple):
    """Which of the documents that fit are wanted."""

    limit: int | None = None
    before: str | None = None
    oldest: bool = False


class Query(NamedTuple):
    """A statement and the values for its places."""

    sql: str
    values: tuple[Any, ...]


def latest(kind: str, where: Where, page: Page) -> Query:
    """Return the query for what `HistoryStore.latest` promises. Raises ValueError for a condition that is not known."""
    tests: list[str] = ["project = {p}", "kind = %s"]
    values: list[Any] = [storable(kind)]
    for name, wanted in where.items():
        test, more = _test(name, wanted)
        tests.append(test)
        values += more
    if page.before is not None:
        than = ">" if page.oldest else "<"
        tests.append(f"position {than} (SELECT position FROM {{s}}.document WHERE project = {{p}} AND id = %s)")  # noqa: S608  the schema
        values.append(storable(page.before))
    # A sum is no column of an index: what was found by another one is sorted then.
    order = f"{'position + 0' if FEW & set(where) else 'position'} {'ASC' if page.oldest else 'DESC'}"
    return Query(
        f"SELECT body, number, sequence FROM {{s}}.document WHERE {' AND '.join(tests)} "  # noqa: S608  names of our own
        f"ORDER BY {order} LIMIT %s::bigint",
        (*values, page.limit),
    )


def impossible(where: Where) -> bool:
    """Return whether one of none is wanted."""
    return any(not isinstance(wanted, str | int) and not wanted for wanted in where.values())


def _test(name: str, wanted: str | int | Sequence[str]) -> tuple[str, list[Any]]:
    """Return the condition and its values. Raises ValueError for one that is not known."""
    if name in MOMENTS:
        return MOMENTS[name], [_moment(name, wanted)]
    values = [wanted] if isinstance(wanted, str | int) else list(wanted)
    texts = [storable(str(each)) for each in values]
    if name == "label":
        return "labels @> %s::text[]", [texts]
    if name == "commit":
        return _commits(texts)
    if name == "number":
        return "number = ANY (%s::bigint[])", [[int(each) for each in values]]
    if name not in FIELDS:
        raise ValueError(f"documents cannot be found by {name!r}, only by {', '.join(FIELDS)}, since, until and label")
    if len(texts) == 1:
        return f'"{name}" = %s', texts
    return f'"{name}" = ANY (%s::text[])', [texts]


def _commits(texts: list[str]) -> tuple[str, list[Any]]:
    """Return the condition that the commit begins like one of these. Raises ValueError for one that is too short."""
    for each in texts:
        if len(each) < SHORTEST_COMMIT:
            raise ValueError(f"{each!r} is too short for a commit: {SHORTEST_COMMIT} characters at the least")
    tests = " OR ".join(["commit >= %s AND commit < %s"] * len(texts))
    return f"({tests})", [value for each in texts for value in (each, each + LAST)]


def _moment(name: str, wanted: object) -> str:
    """Return a time of a condition. Raises ValueError for what is none."""
    found = moment(wanted)
    if found is None:
        raise ValueError(f"{name} must be a time as ISO 8601, not {wanted!r}")
    return found
