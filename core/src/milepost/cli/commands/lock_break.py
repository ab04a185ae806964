"""`milepost lock break`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.flags import seconds
from milepost.cli.render_json import plain
from milepost.cli.render_tables import doing, holder
from milepost.cli.session import Session
from milepost.host.breaking import end_holder, holder_of, lock_meant, take_away

LockName = Annotated[str, typer.Argument(metavar="LOCK", help="The lock's name, as lock list shows it, or an app.")]
Force = Annotated[bool, typer.Option("--force", help="Take it away at once, without waiting for the run to end.")]
Wait = Annotated[str, typer.Option("--wait", metavar="TIME", help="How long to wait for its end: 90, 10m, none.")]


def command(ctx: typer.Context, name: LockName, force: Force = False, wait: Wait = "90") -> int:
    """End the run that holds a lock: it cleans up first, and this waits for its end.

    With --force the lock is taken from it at once, for a run that cannot hear any more: a crashed machine, a stuck
    program. If it lives, it stops at its next write; what it had begun is cleaned up by the next run.
    """
    session: Session = ctx.obj
    name = lock_meant(session.host.store, name, session.asked_workspace or "default")
    owner = holder_of(session.host.store, name)
    who = f"{doing(owner) or 'a run'} of {holder(owner) or 'somebody'}"
    if force:
        session.screen.confirm(f"This takes {name} from {who}, which may be going on.", name)
        return _taken(session, name)
    session.screen.confirm(f"This cancels {who}.", name)
    session.screen.progress(f"asked {who} to end; waiting for it")
    run = plain(end_holder(session.host, name, seconds("--wait", wait), session.flags.why))
    told = f"{who} has ended; {name} is free (#{run['number']})"
    session.screen.answer("lock", {"lock": name, "owner": run["holder"], "run": run}, [told])
    return 0


def _taken(session: Session, name: str) -> int:
    """Take the lock away, and tell."""
    run = plain(take_away(session.host, name, session.flags.why))
    gone = run["status"] == "unchanged"
    told = f"{name} was given back just now" if gone else f"{name} is free (#{run['number']}); the next run cleans up"
    session.screen.answer("lock", {"lock": name, "owner": run["holder"], "run": run}, [told])
    return 0
