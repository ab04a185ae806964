"""How a question for the latest documents becomes SQL, and which index answers it.

The index is named in the query: the order then comes from the index, and a list costs the same however long
the history is. SQLite, left alone, may choose one that has to sort all documents of an app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from milepost.host.history import columns
from milepost.host.history.schema import BLOCK
from milepost.sdk.store import FIELDS, Where

SETTLED = frozenset(("success", "unchanged"))
UNSETTLED = "status NOT IN ('success', 'unchanged')"
"""Word for word as the index says, or SQLite cannot tell that all of them stand in it."""

BEST = (
    ("run", True, {"run"}),
    ("number", True, {"number"}),
    ("target", True, {"target"}),
    ("commit", False, {"commit"}),
    ("store", False, {"store"}),
    ("presence", True, {"presence"}),
    ("unsettled", False, {"unsettled"}),
    ("workspace", False, {"workspace"}),
)
"""The indexes from the best one on, whether several values will do, and the fields that must be asked for."""

IN_ORDER = ("document_all", "document_workspace", "document_unsettled")
"""The indexes in which the documents of a block lie together."""

GATHERED: Mapping[str, Sequence[str]] = {
    "document_presence": ("presence", "workspace", "app"),
    "document_run": ("run",),
    "document_target": ("target",),
}
"""The indexes by which the places of documents are gathered when several values are wanted: they lie in no order."""

MOMENTS = {"since": ("started >= ?", "span.latest >= ?"), "until": ("started < ?", "span.earliest < ?")}
"""What must hold of a document, and of one in its block at least."""

SPANNED = f"position BETWEEN span.block * {BLOCK} AND span.block * {BLOCK} + {BLOCK - 1}"


class Query(NamedTuple):
    """A statement and the values for its question marks."""

    sql: str
    values: tuple[str | int, ...]


class Page(NamedTuple):
    """Which of the documents that fit are wanted."""

    limit: int | None = None
    before: str | None = None
    oldest: bool = False


class Tests:
    """Conditions, with the values for their question marks in the same order."""

    def __init__(self) -> None:
        self.sql: list[str] = []
        self.values: list[str | int] = []

    def add(self, sql: str, *values: str | int) -> None:
        """Add a condition."""
        self.sql.append(sql)
        self.values += [columns.storable(each) if isinstance(each, str) else each for each in values]


def latest(kind: str, where: Where, page: Page) -> Query:
    """Return the query for the bodies of the documents that `HistoryStore.latest` promises.

    Raises ValueError for a condition that is not known.
    """
    where = {name: _one_if_one(wanted) for name, wanted in where.items()}
    tests = Tests()
    way = "ASC" if page.oldest else "DESC"
    source, order = _source(kind, where, tests)
    tests.add("document.kind = ?", kind)
    _add(tests, where)
    if page.before is not None:
        than = ">" if page.oldest else "<"
        tests.add(f"{order[-1]} {than} (SELECT position FROM document WHERE id = ?)", page.before)  # noqa: S608 - names of our own
    sql = (
        f"SELECT body FROM {source} WHERE {' AND '.join(tests.sql)} "  # noqa: S608 - the names stand in this file
        f"ORDER BY {', '.join(f'{each} {way}' for each in order)} LIMIT ?"
    )
    return Query(sql, (*tests.values, -1 if page.limit is None else page.limit))


def _source(kind: str, where: Where, tests: Tests) -> tuple[str, tuple[str, ...]]:
    """Return where the documents are looked for, and the columns that order them there; add what narrows it."""
    index = index_for(where)
    limits = [name for name in MOMENTS if name in where]
    if "label" in where:
        _add_labels(tests, kind, columns.several(where["label"]))
        return "label CROSS JOIN document ON document.position = label.position", ("label.position",)
    if index == "document_number":
        _add_numbered(tests, kind, where["number"])
        return "document NOT INDEXED", ("document.position",)
    if any(not isinstance(where.get(name, ""), str | int) for name in GATHERED.get(index, ())):
        _add_gathered(tests, index, where)
        return "document NOT INDEXED", ("document.position",)
    if index == "document_unsettled":
        tests.add(UNSETTLED)
    if not limits or index not in IN_ORDER:
        return f"document INDEXED BY {index}", ("document.position",)
    tests.add(SPANNED)
    for name in limits:
        tests.add(MOMENTS[name][1], _moment(name, where[name]))
    return f"span CROSS JOIN document INDEXED BY {index}", ("span.block", "document.position")


def _add_gathered(tests: Tests, index: str, where: Where) -> None:
    """Add that the place of a document is one of those that the index has for several values."""
    inner = Tests()
    for name in GATHERED[index]:
        if name in where:
            _add_field(inner, name, where[name])
    tests.add(
        f"document.position IN (SELECT position FROM document INDEXED BY {index} WHERE {' AND '.join(inner.sql)})",  # noqa: S608 - names of our own
        *inner.values,
    )


def _add_numbered(tests: Tests, kind: str, wanted: str | int | Sequence[str]) -> None:
    """Add that the place of a document is that of a run with the number, or of one of that run's operations."""
    runs = Tests()
    _add_field(runs, "number", wanted)
    found = f"FROM document INDEXED BY document_number WHERE kind = 'run' AND {runs.sql[0]}"
    if kind != "run":
        found = f"FROM document INDEXED BY document_run WHERE run IN (SELECT id {found})"
    tests.add(f"document.position IN (SELECT position {found})", *runs.values)


def _one_if_one(wanted: str | int | Sequence[str]) -> str | int | Sequence[str]:
    """Return the only value of a sequence that has one."""
    return wanted if isinstance(wanted, str | int) or len(wanted) != 1 else wanted[0]


def _add_labels(tests: Tests, kind: str, labels: Sequence[str]) -> None:
    """Add that a document has all of these labels: the first finds it, the others are looked up."""
    tests.add("label.label = ? AND label.kind = ?", labels[0], kind)
    for label in labels[1:]:
        tests.add(
            "EXISTS (SELECT 1 FROM label AS other WHERE other.label = ? AND other.kind = ? "
            "AND other.position = document.position)",
            label,
            kind,
        )


def index_for(where: Where) -> str:
    """Return the name of the index that answers best: the one that leaves the fewest documents to look at."""
    one = {name for name, value in where.items() if isinstance(value, str)}
    if "status" in where and not SETTLED & set(columns.several(where["status"])):
        one.add("unsettled")
    for index, there, needed in BEST:
        if needed <= (set(where) if there else one):
            return f"document_{index}"
    return "document_all"


def _add(tests: Tests, where: Where) -> None:
    """Add the conditions on fields and on the start. Raises ValueError for one that is not known."""
    for name, wanted in where.items():
        if name in MOMENTS:
            tests.add(MOMENTS[name][0], _moment(name, wanted))
        elif name == "commit":
            _add_commits(tests, columns.several(wanted))
        elif name in FIELDS:
            _add_field(tests, name, wanted)
        elif name != "label":
            raise ValueError(
                f"documents cannot be found by {name!r}, only by {', '.join(FIELDS)}, since, until and label"
            )


def _add_field(tests: Tests, name: str, wanted: str | int | Sequence[str]) -> None:
    """Add that a field has the value, or one of the values."""
    values = columns.several(wanted)
    one = isinstance(wanted, str | int)
    tests.add(f'"{name}" = ?' if one else f'"{name}" IN ({", ".join("?" * len(values))})', *values)


def _add_commits(tests: Tests, wanted: Sequence[str]) -> None:
    """Add that the commit begins like one of these. Raises ValueError for one that is too short."""
    short = [each for each in wanted if len(each) < columns.SHORTEST_COMMIT]
    if short:
        raise ValueError(f"{short[0]!r} is too short for a commit: {columns.SHORTEST_COMMIT} characters at the least")
    each = 'substr("commit", 1, 4) = ? AND substr("commit", 1, ?) = ?'
    values = [value for text in wanted for value in (text[:4], len(text), text)]
    tests.add('"commit" IS NOT NULL')  # or SQLite cannot tell that the index holds all of them
    tests.add(each if len(wanted) == 1 else "(" + " OR ".join([each] * len(wanted)) + ")", *values)


def _moment(name: str, wanted: object) -> int:
    """Return a time of a condition. Raises ValueError for what is none."""
    found = columns.moment(wanted)
    if found is None:
        raise ValueError(f"{name} must be a time as ISO 8601, not {wanted!r}")
    return found
