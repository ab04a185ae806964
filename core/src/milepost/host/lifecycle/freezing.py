"""The freeze of a workspace: a run of verb `freeze` or `thaw` says whether anything but a rollback may change it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from milepost.sdk.errors import RefusedError
from milepost.sdk.store import Document, HistoryStore

FREEZE, THAW = "freeze", "thaw"

ALLOWED = ("rollback", FREEZE, THAW, "exec", "break")
"""What a freeze does not refuse: going back, its own end, and what changes nothing that is deployed."""

PAGE = 20
"""How many runs are looked at, at a time, for one that is this store's own."""


def frozen(store: HistoryStore, workspace: str, now: datetime) -> Document | None:
    """Return the run that froze the workspace; None when it is not frozen, or not any more."""
    newest = next(_own(store, workspace), None)
    if newest is None or newest.get("verb") != FREEZE:
        return None
    until = end_of(newest)
    return None if until is not None and until <= now else newest


def end_of(freeze: Document) -> datetime | None:
    """Return when a freeze ends by itself; None: when somebody thaws it."""
    text = freeze.get("until")
    if not text:
        return None
    until = datetime.fromisoformat(str(text))
    return until if until.tzinfo else until.replace(tzinfo=UTC)


def refuse_frozen(store: HistoryStore, workspace: str, verb: str, now: datetime) -> None:
    """Raise RefusedError when the workspace is frozen and the verb is not what a freeze allows."""
    freeze = None if verb in ALLOWED else frozen(store, workspace, now)
    if freeze is None:
        return
    raise RefusedError(
        f"{workspace} is frozen {until_when(freeze)} by {who(freeze)} (#{freeze.get('number')}): "
        f"{freeze.get('why') or 'no reason was given'}",
        hint=f"milepost thaw -w {workspace}, if you may; a rollback is allowed",
    )


def until_when(freeze: Document) -> str:
    """Return until when a freeze lasts, in this machine's time, to stand in a sentence."""
    until = end_of(freeze)
    return f"until {until.astimezone():%Y-%m-%d %H:%M %Z}" if until is not None else "until somebody thaws it"


def who(freeze: Document) -> str:
    """Return who froze it, and on which machine."""
    return "@".join(str(each) for each in (freeze.get("user"), freeze.get("host")) if each) or "somebody"


def _own(store: HistoryStore, workspace: str) -> Iterator[Document]:
    """Yield the runs that froze or thawed the workspace, newest first; what was brought from elsewhere is not asked."""
    where = {"workspace": workspace, "verb": (FREEZE, THAW), "status": "success"}
    before: str | None = None
    while page := store.latest("run", where, PAGE, before):
        yield from (each for each in page if not each.get("store"))
        before = str(page[-1]["id"])
