"""`milepost artifact|deployment|release|operation list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from milepost.cli.fields import chosen
from milepost.cli.listing import listing, page
from milepost.cli.render_tables import MORE, OPERATIONS, more, table, tail

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.sdk.store import Where

_KINDS: dict[str, Where] = {
    # What failed has made none.
    "artifacts": {"stage": ("build", "push"), "status": ("success", "unchanged")},
    "deployments": {"stage": ("deploy",)},
    "releases": {"stage": ("release",)},
    "operations": {},
}


def list_artifacts(ctx: typer.Context) -> int:
    """List what was built and pushed, newest first."""
    return _list(ctx.obj, "artifacts")


def list_deployments(ctx: typer.Context) -> int:
    """List deployments, newest first, and where they stand."""
    return _list(ctx.obj, "deployments")


def list_releases(ctx: typer.Context) -> int:
    """List releases, newest first."""
    return _list(ctx.obj, "releases")


def list_operations(ctx: typer.Context) -> int:
    """List all operations, newest first."""
    return _list(ctx.obj, "operations")


def _list(session: Session, kind: str) -> int:
    """List the operations of a kind, in the workspace that is named or in all."""
    named = session.given.get("columns")
    columns = chosen(named, {**OPERATIONS, **MORE}, "operation") if named else OPERATIONS
    wanted = listing(session, "operation", _KINDS[kind])
    found = page(session, wanted)
    last = found.documents[-1] if found.documents else {}
    store = session.host.store
    nothing = f"no {kind} like that" if store.latest("operation", {}, 1) else "nothing recorded yet"
    lines = table(found.documents, columns, session.screen) or [nothing]
    lines += more(found, wanted, tail(last), session.screen)
    session.screen.answer(kind, {kind: found.documents, "next": last.get("id") if found.more else None}, lines)
    return 0
