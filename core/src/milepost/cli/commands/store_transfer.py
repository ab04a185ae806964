"""`milepost store export|import|move`: the history goes elsewhere, or comes from there."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import nullcontext
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.moments import point
from milepost.cli.render_json import plain
from milepost.cli.render_store import contents, imported
from milepost.cli.session import Session
from milepost.host.keeping.export import Choice, export, new_file
from milepost.host.keeping.importing import Imported, bring
from milepost.host.keeping.places import Moved, Place, move_between, place_of
from milepost.sdk.errors import UsageError

File = Annotated[str, typer.Argument(metavar="FILE", help="A file of JSON lines; - is the standard output.")]
Given = Annotated[str, typer.Argument(metavar="FILE", help="What was exported; - is the standard input.")]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="Only runs since then: 7d, 2026-03-01.")]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Only runs before then.")]
NoOutput = Annotated[bool, typer.Option("--no-output", help="Leave out what was printed.")]
As = Annotated[str | None, typer.Option("--as", metavar="NAME", help="Show the runs as #N@NAME.")]
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


def import_history(ctx: typer.Context, file: Given, name: As = None, skip_broken: Skip = False) -> int:
    """Add what was exported; ids and numbers stay, and doing it again changes nothing."""
    session: Session = ctx.obj
    store = session.host.writable_store()
    if file == STREAM:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="surrogateescape") as spool:
            shutil.copyfileobj(session.surroundings.input, spool)
            spool.flush()
            done = bring(store, Path(spool.name), name=name, skip_broken=skip_broken)
    else:
        path = Path(session.surroundings.folder / file)
        done = bring(store, path, name=name, skip_broken=skip_broken)
    session.screen.answer("store-import", _document(done), imported(done))
    return 0


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
