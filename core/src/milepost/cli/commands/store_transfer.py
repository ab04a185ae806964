"""`milepost store export|import|move`: the history goes elsewhere, or comes from there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.moments import point
from milepost.cli.render_json import plain
from milepost.cli.render_store import contents, imported, restored
from milepost.cli.session import Session
from milepost.host.keeping.export import Choice, export, new_file
from milepost.host.keeping.importing import Imported, bring
from milepost.host.keeping.places import Moved, Place, move_between, place_of
from milepost.host.keeping.restoring import demand_purpose
from milepost.host.keeping.restoring import restore as restore_from
from milepost.sdk.errors import UsageError

File = Annotated[str, typer.Argument(metavar="FILE", help="A file of JSON lines; - is the standard output.")]
Given = Annotated[str, typer.Argument(metavar="FILE", help="What was exported; - is the standard input.")]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="Only runs since then: 7d, 2026-03-01.")]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Only runs before then.")]
NoOutput = Annotated[bool, typer.Option("--no-output", help="Leave out what was printed.")]
As = Annotated[str | None, typer.Option("--as", metavar="NAME", help="To read only: show the runs as #N@NAME.")]
Restore = Annotated[
    bool, typer.Option("--restore", help="Make it this project's own history again, where that is still empty.")
]
Skip = Annotated[bool, typer.Option("--skip-broken", help="Take what is sound and name the rest.")]
Target = Annotated[
    str | None, typer.Argument(metavar="[TARGET]", help="A folder, or the URL of a shared store; else the usual place.")
]
Origin = Annotated[str | None, typer.Option("--from", metavar="PLACE", help="Where it is now; else the usual place.")]
STREAM = "-"


def export_history(
    ctx: typer.Context, file: File, since: Since = None, until: Until = None, no_output: NoOutput = False
) -> int:
    """Write the history as JSON lines that any tool reads, while others may write it; -w for one workspace."""
    session: Session = ctx.obj
    now = session.surroundings.now()
    limits = (("since", since, False), ("until", until, True))
    where = {name: point(f"--{name}", text, now, ends=ends) for name, text, ends in limits if text is not None}
    if session.asked_workspace:
        where["workspace"] = session.asked_workspace
    streams = file == STREAM
    target = Path(session.surroundings.folder / file)
    with nullcontext(session.surroundings.out) if streams else new_file(target) as out:
        done = export(session.host.store, out, now.astimezone(UTC), Choice(where, not no_output))
    if not streams:
        lines = [f"exported {contents(done)} to {target}"]
        session.screen.answer("store-export", {"file": str(target), **done._asdict()}, lines)
    return 0


def import_history(
    ctx: typer.Context, file: Given, name: As = None, restore: Restore = False, skip_broken: Skip = False
) -> int:
    """Add what was exported: to be read only, as #N@NAME, or with --restore as this project's own history again.

    Ids and numbers stay; doing it again changes nothing.
    """
    session: Session = ctx.obj
    if restore and name is not None:
        raise UsageError("--restore makes it this project's own history, and --as another's to read: take one of both")
    with _exported(session, file) as path:
        if restore:
            found = restore_from(session.host, path, skip_broken=skip_broken)
            document = {**_document(found.done), "restored": True, "place": found.place, "id": found.id}
            session.screen.answer("store-import", document, restored(found))
            return 0
        if name is None:
            demand_purpose(session.host.store, path)
        done = bring(session.host.writable_store(), path, name=name, skip_broken=skip_broken)
    session.screen.answer("store-import", {**_document(done), "restored": False}, imported(done))
    return 0


@contextmanager
def _exported(session: Session, file: str) -> Iterator[Path]:
    """Give the path of what was exported; what comes by standard input is kept in a file meanwhile."""
    if file != STREAM:
        yield Path(session.surroundings.folder / file)
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="surrogateescape") as spool:
        shutil.copyfileobj(session.surroundings.input, spool)
        spool.flush()
        yield Path(spool.name)


def _document(done: Imported) -> dict[str, object]:
    """Return what an import did as JSON values."""
    return {
        **plain(done._asdict()),
        "new": done.new._asdict(),
        "broken": [each._asdict() for each in done.broken],
    }


def move_history(ctx: typer.Context, target: Target = None, origin: Origin = None) -> int:
    """Copy the history to another place and compare it; the old one says where it went and cannot be written then."""
    session: Session = ctx.obj
    if target is None and origin is None:
        raise UsageError(
            "where to? Name a folder or the URL of a shared store",
            hint="milepost store move /srv/milepost/shop, or milepost store move --from .milepost",
        )
    host = session.host
    new = place_of(host, target)
    done = move_between(host, place_of(host, origin), new, session.surroundings.now().astimezone(UTC))
    lines = [f"moved {contents(done.amount)} to {done.there}", *_what_next(done, new if target else None)]
    document = {"from": done.here, "to": done.there, **done.amount._asdict()}
    session.screen.answer("store-move", document, lines)
    return 0


def _what_next(done: Moved, new: Place | None) -> list[str]:
    """Return how milepost finds the history from now on, in a place that is not the usual one."""
    if done.leaves_word:
        lines = [f"{done.here} is as it was, and refuses to be written; remove it when you like"]
    else:
        lines = [f"{done.here} is as it was, and can still be written: tell all who use it"]
    if new is None:
        return lines
    block = f'path = "{new.folder}"' if new.folder else f'use "{new.where.word}" {{ url = … }}'
    variable = str(new.folder) if new.folder else f"{new.where.word}://…"
    found = [f"in the project file  history {{ {block} }}", f"or                   MILEPOST_HISTORY={variable}"]
    return [*found, *lines]
