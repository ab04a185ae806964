"""What a REF on the command line shows: a run, or one of its operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from milepost.cli.render_show import RELATED
from milepost.cli.render_tables import run_name
from milepost.host.history.ref import WORDS, name_of, parse_ref, resolve_operation, resolve_run
from milepost.host.history.writer import as_it_is

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.sdk.store import Document, HistoryStore


class Shown(NamedTuple):
    """What a REF means."""

    run: Document
    operation: Document | None
    """Where the REF names one."""
    app: str | None
    """Where the REF names a run of one app."""


def shown(session: Session, ref: str) -> Shown:
    """Return what a REF means, as it is now. Raises UnknownNameError, UsageError."""
    store, workspace, parts = session.host.store, session.workspace_of(ref), parse_ref(ref)
    run = as_it_is(resolve_run(store, ref, workspace), store)
    is_end = not parts and ref not in WORDS and not str(run["id"]).lower().endswith(ref.lower())
    if is_end or (parts and parts.label):
        return Shown(run, as_it_is(resolve_operation(store, ref, workspace), store), None)
    return Shown(run, None, parts.app if parts else None)


def operations_of(store: HistoryStore, run: Document, app: str | None) -> list[Document]:
    """Return the operations of a run as they are now, the oldest first; of one app where it is named."""
    where = {"run": str(run["id"]), "app": app} if app else {"run": str(run["id"])}
    return [as_it_is(each, store) for each in store.latest("operation", where, oldest=True)]


def names_in(store: HistoryStore, document: Document) -> dict[str, str]:
    """Return the REFs of the run and the operations that a document names, by their ids."""
    ids = [str(document[name]) for name in (*RELATED, "run") if document.get(name)]
    return {known: _name(store.get(known), known, document) for known in ids}


def targets_in(store: HistoryStore, operations: Iterable[Document]) -> dict[str, str]:
    """Return the REFs of what operations were about that another run made, by their ids."""
    abroad = {str(each["target"]): str(each.get("run")) for each in operations if each.get("target")}
    found = ((store.get(target), run) for target, run in abroad.items())
    return {str(each["id"]): name_of(each) for each, run in found if each is not None and each.get("run") != run}


def _name(found: Document | None, known: str, document: Document) -> str:
    """Return the REF of what a document names; of a run, what it did, too."""
    if found is None:
        # Of a run that is no operation, the target may be a lock.
        return known if document.get("verb") else f"{known}, which is no longer in the history"
    return f"{run_name(found)} {found.get('verb')}" if found["kind"] == "run" else name_of(found)
