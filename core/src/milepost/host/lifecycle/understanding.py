"""Before anything is changed: the newest records of the apps must be such that this milepost understands them."""

from __future__ import annotations

from collections.abc import Iterable

from milepost.host.history.newer import cannot_be_carried_on
from milepost.sdk.errors import RefusedError
from milepost.sdk.store import Document, HistoryStore

NEWEST = 20
"""How many of the newest operations of an app are looked at."""


def refuse_not_understood(store: HistoryStore, workspace: str, apps: Iterable[str]) -> None:
    """Raise RefusedError when a newer milepost wrote records of these apps that this one could only guess at."""
    for app in apps:
        for each in store.latest("operation", {"app": app, "workspace": workspace}, NEWEST):
            fields = cannot_be_carried_on(each)
            if fields:
                raise _refusal(app, workspace, each, fields)


def _refusal(app: str, workspace: str, document: Document, fields: tuple[str, ...]) -> RefusedError:
    """Return the error that names the record and what of it says nothing to this milepost."""
    found = ", ".join(f"{name} {document[name]!r}" for name in fields[:3])
    version = f" by milepost {document['milepost']}" if document.get("milepost") else ""
    return RefusedError(
        f"the history of {app} in {workspace} goes on in a way that this milepost does not understand: "
        f"#{document.get('number')}'s {document.get('label') or 'operation'} was written{version} with {found}",
        hint="pip install --upgrade milepost",
    )
