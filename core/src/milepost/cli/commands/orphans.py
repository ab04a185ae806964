"""`milepost orphans list|adopt|destroy`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from milepost.cli.changing import change
from milepost.cli.phrasing import line_of
from milepost.cli.render_orphans import orphan_document, orphan_lines
from milepost.cli.session import Session
from milepost.host.orphans import LIMIT, chosen, survey
from milepost.sdk.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from milepost.host.orphans import Orphan, Survey

Keys = Annotated[
    list[str] | None,
    typer.Argument(metavar="[KEY]...", help="Exact keys as orphans list shows them, web#7, or the end of an id."),
]
Within = Annotated[float, typer.Option("--limit", metavar="SECONDS", help="How long a platform may take to answer.")]
All = Annotated[bool, typer.Option("--all", help="All of the workspace that may be taken.")]
Force = Annotated[bool, typer.Option("--force", help="Also what another history made: it must be lost for good.")]


def list_orphans(ctx: typer.Context, limit: Within = LIMIT) -> int:
    """List what platforms have with this project's labels and no record names, and whether it serves."""
    session: Session = ctx.obj
    found = survey(session.host, session.workspace, limit)
    asked = session.asked_workspace
    shown = [each for each in found.orphans if asked in (None, each.sighting.workspace)]
    for text in found.unasked:
        session.screen.warn(line_of(text))
    document = {"orphans": [orphan_document(each) for each in shown], "unasked": list(found.unasked)}
    session.screen.answer("orphans", document, orphan_lines(shown, found, session.screen))
    return 0


def adopt_orphans(
    ctx: typer.Context, names: Keys = None, everything: All = False, limit: Within = LIMIT, force: Force = False
) -> int:
    """Give orphans a record, so that status, rollback and destroy know them again."""
    session: Session = ctx.obj
    picked = _picked(session, names, everything, limit, "adopt")
    _refuse_foreign(picked, force=force)
    return _carry_out(session, "adopt", picked, force=force)


def destroy_orphans(
    ctx: typer.Context, names: Keys = None, everything: All = False, limit: Within = LIMIT, force: Force = False
) -> int:
    """Destroy orphans by their exact keys; what serves, or may, never."""
    session: Session = ctx.obj
    picked = _picked(session, names, everything, limit, "destroy")
    if everything:
        picked = tuple(each for each in picked if each.serves == "no" and (force or not each.is_foreign))
    _refuse_foreign(picked, force=force)
    _refuse_serving(picked)
    if picked:
        keys = ", ".join(line_of(each.sighting.key) for each in picked)
        session.screen.confirm(f"This removes {keys} from {session.workspace}.", session.workspace)
    return _carry_out(session, "destroy", picked, force=force)


def _picked(
    session: Session, names: Sequence[str] | None, everything: bool, limit: float, verb: str
) -> tuple[Orphan, ...]:
    """Return the orphans that are meant. Raises UsageError, UnknownNameError."""
    if bool(names) == everything:
        raise UsageError(f"orphans {verb} needs a target: keys, or --all", hint="milepost orphans list")
    found: Survey = survey(session.host, session.workspace, limit)
    for text in found.unasked:
        session.screen.warn(line_of(text))
    if everything:
        return tuple(each for each in found.orphans if each.sighting.workspace == session.workspace)
    return chosen(found, names or ())


def _refuse_foreign(picked: Sequence[Orphan], *, force: bool) -> None:
    """Raise RefusedError for what another history made, unless that is known to be lost."""
    strange = [each.sighting for each in picked if each.is_foreign and not force]
    if strange:
        raise RefusedError(
            f"{strange[0].key} is of the history {strange[0].store or 'unknown'}, not of this one",
            hint="use that history, by MILEPOST_HISTORY, or if it is lost for good add --force",
        )


def _refuse_serving(picked: Sequence[Orphan]) -> None:
    """Raise RefusedError for what serves, or may."""
    for each in picked:
        if each.serves != "no":
            why = "serves" if each.serves == "yes" else "may serve: nobody could say"
            hint = f"milepost orphans adopt {each.sighting.key}, then milepost destroy {each.sighting.app}"
            raise RefusedError(f"{each.sighting.key} {why}", hint=hint)


def _carry_out(session: Session, verb: str, picked: Sequence[Orphan], *, force: bool) -> int:
    """Have a run do it; without anything to do there is none."""
    if not picked:
        session.screen.answer("orphans", {"orphans": []}, [f"there is nothing to {verb} in {session.workspace}"])
        return 0
    apps = tuple(dict.fromkeys(each.sighting.app for each in picked))
    if len(apps) > 1:
        return max(_carry_out(session, verb, _of(picked, app), force=force) for app in apps)
    keys = tuple(each.sighting.key for each in picked)
    return change(session, "adopt" if verb == "adopt" else "destroy", apps, orphans=keys, force=force)


def _of(picked: Sequence[Orphan], app: str) -> tuple[Orphan, ...]:
    """Return those of one app: each app has a run of its own."""
    return tuple(each for each in picked if each.sighting.app == app)
