"""What `open` makes of its words, and what it does with the URL that it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milepost.cli.targets import apps_and_ref, only_app
from milepost.host.reaching import Wish
from milepost.sdk.errors import UsageError

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.host.cancel import Cancel
    from milepost.host.reaching import Reached

GLANCE = 0.5
"""How often it is looked whether somebody wants an end, in seconds; a signal is heard at once."""


def wish(session: Session, what: str | None, *, staged: bool, direct: bool) -> Wish:
    """Return what is to be opened. Raises UsageError for what cannot be meant together, UnknownNameError."""
    named, ref = apps_and_ref(session, (what,) if what else ())
    if staged and (ref or direct):
        raise UsageError("--staged means the newest one that waits: neither a REF nor --direct goes with it")
    if ref is None:
        app, workspace = only_app(session, named[0] if named else None), session.workspace
    else:
        app, workspace = _place(session, ref)
    return Wish(workspace=workspace, app=app, ref=ref, staged=staged, direct=direct)


def _place(session: Session, ref: str) -> tuple[str, str]:
    """Return the app and the workspace of the deployment that a REF names."""
    from milepost.host.history.ref import resolve_operation  # noqa: PLC0415 - most words are apps

    found = resolve_operation(session.host.store, ref, session.workspace_of(ref), "deploy")
    return str(found["app"]), str(found["workspace"])


def show(session: Session, reached: Reached, cancel: Cancel, *, browse: bool) -> None:
    """Tell the URL, open it where somebody sits at a terminal, and hold what it needs until an end is asked for."""
    screen, deployment = session.screen, reached.deployment
    facts = {
        "app": deployment.app,
        "workspace": deployment.workspace,
        "number": deployment.number,
        "operation": deployment.id,
        "url": reached.url,
        "tunnel": not reached.lasts,
    }
    screen.answer("open", facts, [reached.url])
    if browse and screen.is_terminal and not session.flags.quiet and not session.surroundings.browse(reached.url):
        screen.note("no browser could be opened; the URL is above")
    if reached.lasts:
        return
    screen.note(f"a tunnel to {deployment.app}#{deployment.number}; it stands until Ctrl-C")
    while not cancel.wait(GLANCE):
        pass
