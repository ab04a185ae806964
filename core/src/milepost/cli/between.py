"""What lies between two sides of an app: what differed in the records, and the commits that git knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from milepost.cli.differences import Change, Side, differences

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.cli.sides import Pair

MOST = 50
"""How many commits are told."""


class Commit(NamedTuple):
    """A commit that only one side has."""

    side: str
    """`old` or `new`."""
    commit: str
    subject: str


class Compared(NamedTuple):
    """An app with what differed."""

    app: str
    old: Side | None
    new: Side | None
    changes: Sequence[Change] = ()
    commits: Sequence[Commit] = ()
    """Those between both, the newest first; none where git does not know them."""

    @property
    def differ(self) -> bool:
        """Whether anything is known to differ; a secret of which nobody can tell is not."""
        return self.old is None or self.new is None or any(each.how != "unknown" for each in self.changes)


def compared(session: Session, found: Iterable[Pair]) -> list[Compared]:
    """Return what differed between the sides of each app."""
    return [_compared(session, each) for each in found]


def _compared(session: Session, pair: Pair) -> Compared:
    """Return what differed between two sides."""
    if pair.old is None or pair.new is None:
        return Compared(pair.app, pair.old, pair.new)
    commits = (str(side.source.get("commit") or "") for side in (pair.old, pair.new))
    return Compared(*pair, differences(pair.old, pair.new), _commits(session, *commits))


def _commits(session: Session, old: str, new: str) -> list[Commit]:
    """Return the commits that are not in both; none where git knows them not."""
    if not old or not new or old == new:
        return []
    from milepost.host.git import ask  # noqa: PLC0415 - it costs what records need not

    words = ("log", "--left-right", "--format=%m %h %s", "-n", str(MOST), f"{old}...{new}", "--")
    told = ask(session.host.folder, session.host.environment, *words) or ""
    parts = [line.split(" ", 2) for line in told.splitlines()]
    return [Commit("old" if each[0] == "<" else "new", each[1], each[-1]) for each in parts if len(each) > 1]
