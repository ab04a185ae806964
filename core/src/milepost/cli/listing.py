"""What a list is to show: the flags that narrow it down, its order, and where it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from milepost.host.history.newer import WORDS
from milepost.host.history.writer import FAILED, as_it_is
from milepost.sdk.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.sdk.store import Document, HistoryStore, Where

USUAL = 20
"""How many a list shows when nobody says."""
PAGE = 200
"""How many documents are read at once where the store cannot tell which ones are wanted."""


class Listing(NamedTuple):
    """Which documents are wanted, and in which order."""

    kind: Literal["run", "operation"]
    where: Where
    statuses: tuple[str, ...] = ()
    """As they are now: one whose writer is dead is interrupted. None: any."""
    app: str | None = None
    """Of runs, which are on several."""
    limit: int = USUAL
    cursor: str | None = None
    """The id of the last one of the page before."""
    oldest: bool = False


class Page(NamedTuple):
    """What a list shows."""

    documents: list[Document]
    more: bool
    """Whether others follow."""


def listing(session: Session, kind: Literal["run", "operation"], fixed: Where) -> Listing:
    """Return what the flags ask for, within the conditions that are fixed. Raises UsageError, UnknownNameError."""
    given = session.given
    statuses = _choices("status", given.get("only_status"), (*WORDS["status"], "failed"))
    statuses = tuple(part for each in statuses for part in (FAILED if each == "failed" else (each,)))
    if not statuses:
        statuses = tuple(fixed.get("status") or ())  # type: ignore[arg-type]  # no list fixes a number
    where: dict[str, str | int | Sequence[str]] = {**fixed, **_where(session, kind), **_times(session)}
    if statuses:
        # What stands as running may be interrupted by now.
        where["status"] = tuple(dict.fromkeys((*statuses, *(("running",) if "interrupted" in statuses else ()))))
    return Listing(
        kind=kind,
        where={name: value for name, value in where.items() if value},
        statuses=statuses,
        app=str(given["only_app"]) if kind == "run" and given.get("only_app") else None,
        limit=_number(given.get("limit")),
        cursor=_cursor(session, kind),
        oldest=_oldest(given.get("order"), given.get("before"), given.get("after")),
    )


def page(session: Session, wanted: Listing) -> Page:
    """Return what a list shows. Raises UnknownNameError when nothing is there since an app's name is mistyped."""
    store = session.host.store
    documents = list(islice(_matching(store, wanted), wanted.limit + 1))
    app = wanted.app or wanted.where.get("app")
    unknown = not documents and app and app not in session.host.project.apps
    if unknown and not store.latest("operation", {"app": str(app)}, limit=1):
        raise UnknownNameError("app", str(app), tuple(session.host.project.apps))
    return Page(documents[: wanted.limit], len(documents) > wanted.limit)


def current(document: Document, store: HistoryStore) -> Document:
    """Return a run or operation as it is now."""
    return as_it_is(document, store)


def _matching(store: HistoryStore, wanted: Listing) -> Iterator[Document]:
    """Yield the wanted documents in their order, a page after the other."""
    looks = wanted.app is not None or "running" in wanted.where.get("status", ())  # type: ignore[operator]  # no number
    size, cursor = PAGE if looks else wanted.limit + 1, wanted.cursor
    while True:
        found = store.latest(wanted.kind, wanted.where, size, cursor, oldest=wanted.oldest)
        for each in found:
            shown = current(each, store)
            if wanted.statuses and shown.get("status") not in wanted.statuses:
                continue
            if wanted.app is None or wanted.app in shown.get("apps", ()):
                yield shown
        if len(found) < size:
            return
        cursor = str(found[-1]["id"])


def _where(session: Session, kind: str) -> dict[str, str | Sequence[str]]:
    """Return the conditions on fields, as the flags say."""
    given = session.given
    commit = str(given.get("only_commit") or "")
    if commit and len(commit) < 4:
        raise UsageError(f"--commit {commit!r} is too short", hint="type 4 characters of it or more")
    where: dict[str, str | Sequence[str]] = {
        "workspace": workspace_to_read(session) or "",
        "user": str(given.get("only_user") or ""),
        "commit": commit,
        "store": str(given.get("only_store") or ""),
        "label": tuple(f"{name}={value}" for name, value in session.flags.labels),
    }
    if kind == "operation":
        where["app"] = str(given.get("only_app") or "")
        where["presence"] = _choices("presence", given.get("only_presence"), WORDS["presence"])
        stages = _choices("stage", given.get("only_stage"), WORDS["stage"])
        return where | ({"stage": stages} if stages else {})
    return where | {"verb": _choices("verb", given.get("only_verb"), WORDS["verb"])}


def workspace_to_read(session: Session) -> str | None:
    """Return the workspace that was named; one that the file names no more is read too. Raises UnknownNameError."""
    try:
        return session.asked_workspace
    except UnknownNameError as error:
        if session.host.store.latest("run", {"workspace": error.name}, limit=1):
            return error.name
        raise


def _times(session: Session) -> dict[str, str]:
    """Return the conditions on the time."""
    given, now = session.given, session.screen.now()
    since, until = given.get("since"), given.get("until")
    if not since and not until:
        return {}
    from milepost.cli.moments import point  # noqa: PLC0415 - most lists ask for no time

    found = {"since": point("--since", since, now)} if since else {}
    return found | ({"until": point("--until", until, now, ends=True)} if until else {})


def _cursor(session: Session, kind: str) -> str | None:
    """Return the id of what `--before` or `--after` names."""
    ref = session.given.get("before") or session.given.get("after")
    if not ref:
        return None
    from milepost.host.history.ref import resolve_operation, resolve_run  # noqa: PLC0415 - most lists begin at an end

    resolve = resolve_run if kind == "run" else resolve_operation
    return str(resolve(session.host.store, ref, session.workspace_of(ref))["id"])


def _oldest(order: str | None, before: str | None, after: str | None) -> bool:
    """Return whether the oldest come first. Raises UsageError for what cannot be together."""
    if order not in (None, "newest", "oldest"):
        raise UsageError(f"--order {order!r} is not known", hint="--order newest or --order oldest")
    if before and (after or order == "oldest"):
        raise UsageError("--before goes on with older ones, newest first", hint="--after REF goes on oldest first")
    if after and order == "newest":
        raise UsageError("--after goes on with newer ones, oldest first", hint="--before REF goes on newest first")
    return bool(after) or order == "oldest"


def _number(text: str | None) -> int:
    """Return how many are wanted. Raises UsageError."""
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        raise UsageError(f"--limit {text!r} is no number of lines", hint="--limit 100")
    return int(text)


def _choices(what: str, given: Sequence[str] | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a flag. Raises UnknownNameError for one that is not known."""
    words = _words(given)
    for word in words:
        if word not in known:
            raise UnknownNameError(what, word, known)
    return words


def _words(given: Sequence[str] | None) -> tuple[str, ...]:
    """Return the words of a flag that may be given several times, or once with commas."""
    return tuple(part for each in given or () for part in each.split(",") if part)
