"""`milepost store adopt|stats|verify|repair|backup`."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.render_json import plain
from milepost.cli.render_store import contents, repaired, statistics, verified
from milepost.cli.session import Session
from milepost.host.keeping.export import export, new_file
from milepost.host.keeping.places import repair_of
from milepost.host.keeping.stats import stats
from milepost.host.keeping.verifying import Verified, verify
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import BacksUp

Target = Annotated[str, typer.Argument(metavar="PATH", help="A path that is free.")]


def command(ctx: typer.Context) -> int:
    """Say that the history under this project's name is this project's, although it came from elsewhere."""
    session: Session = ctx.obj
    store = session.host.adopt()
    facts = {"place": store.place, "id": store.id}
    session.screen.answer("store", facts, [f"the history at {store.place} is this project's now"])
    return 0


def show_stats(ctx: typer.Context) -> int:
    """Show where the history is, what it is made of, how large and how old it is."""
    session: Session = ctx.obj
    found = stats(session.host.store)
    session.screen.answer("store-stats", plain(found._asdict()), statistics(found, session.screen))
    return 0


def check(ctx: typer.Context) -> int:
    """Read all of the history and say what is damaged; the exit status is 1 then."""
    session: Session = ctx.obj
    host = session.host
    key = host.folders.state / "fingerprint.key"
    has_key = bool(host.environment.get("MILEPOST_FINGERPRINT_KEY")) or key.exists()
    try:
        found = verify(host.store, has_key=has_key)
    except HistoryError as error:  # so damaged that it cannot be opened
        found = Verified(0, 0, 0, (str(error),), (), error.hint)
    document = {**plain(found._asdict()), "sound": not found.damage}
    session.screen.answer("store-verification", document, verified(found, session.screen))
    return 1 if found.damage else 0


def mend(ctx: typer.Context) -> int:
    """Put all that is sound of a damaged history into new files; the damaged ones are kept beside them."""
    session: Session = ctx.obj
    place = session.host.whereabouts.folder
    session.screen.confirm(f"The history at {place or 'its server'} is written anew from what can be read.", "repair")
    done = repair_of(session.host)
    session.screen.answer("store-repair", plain(done._asdict()), repaired(done, place))
    return 0


def back_up(ctx: typer.Context, path: Target) -> int:
    """Copy the history while others write it: as it is, or exported where the store has no copies of its own."""
    session: Session = ctx.obj
    store, target = session.host.store, Path(session.surroundings.folder / path)
    if isinstance(store, BacksUp):
        store.backup(str(target))
        lines = [f"copied to {target}", f"use the copy  MILEPOST_HISTORY={target}"]
        session.screen.answer("store-backup", {"path": str(target), "form": "copy"}, lines)
        return 0
    with new_file(target) as file:
        done = export(store, file, session.surroundings.now().astimezone(UTC))
    document = {"path": str(target), "form": "export", **done._asdict()}
    lines = [f"exported {contents(done)} to {target}", f"get it back  milepost store import {target} --restore"]
    session.screen.answer("store-backup", document, lines)
    return 0
