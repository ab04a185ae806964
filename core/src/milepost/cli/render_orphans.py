"""What platforms have and no record names, as lines or a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import columns, line_of, short
from milepost.cli.render_json import plain

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.host.orphans import Orphan, Survey
    from milepost.host.rebuild import Rebuilt
    from milepost.sdk.record import Operation

SERVES = {"yes": "serves", "no": "does not serve", "unknown": "may serve"}


def orphan_document(orphan: Orphan) -> dict[str, Any]:
    """Return an orphan as a document."""
    seen = orphan.sighting
    return {
        "key": seen.key,
        "resources": [plain(each) for each in seen.resources],
        "platform": seen.platform.entry.word,
        "app": seen.app,
        "workspace": seen.workspace,
        "number": seen.number,
        "operation": seen.operation,
        "at": seen.at.isoformat() if seen.at else None,
        "store": seen.store,
        "foreign": orphan.is_foreign,
        "serves": orphan.serves,
        "recorded": orphan.record.presence if orphan.record else None,
        "labels": dict(seen.labels),
    }


def orphan_lines(orphans: Sequence[Orphan], found: Survey, screen: Screen) -> Iterator[str]:
    """Yield the orphans as a table, and what to type."""
    if not orphans:
        asked = ", ".join(found.asked) or "no platform could be asked"
        yield f"no orphans ({asked})"
        return
    rows: list[tuple[str, ...]] = [("KEY", "APP", "WORKSPACE", "MADE", "BY", "SERVES", "NOTE")]
    rows += [_row(each, screen) for each in orphans]
    yield from columns(rows, gap=2)
    here = [each for each in orphans if each.sighting.workspace == found.workspace]
    own = [each for each in here if not each.is_foreign]
    if any(each.serves == "no" for each in own):
        yield f"destroy  milepost orphans destroy KEY -w {found.workspace}"
    if own or not here:
        yield f"adopt    milepost orphans adopt KEY -w {found.workspace}"
    if len(own) < len(here):
        yield f"rebuild  milepost history rebuild -w {found.workspace}   if the history that made them is lost for good"


def _row(orphan: Orphan, screen: Screen) -> tuple[str, ...]:
    """Return the cells of an orphan."""
    seen, labels = orphan.sighting, orphan.sighting.labels
    made = f"#{seen.number}" if seen.number else ""
    when = screen.when(seen.at) if seen.at else ""
    told = (seen.key, seen.app, seen.workspace, f"{made} {when}".strip(), labels.get("milepost/user", ""))
    return (*map(line_of, told), SERVES[orphan.serves], line_of(_note(orphan)))


def _note(orphan: Orphan) -> str:
    """Return what else is to be said of an orphan."""
    if orphan.record is not None and orphan.record.store is not None:
        return f"#{orphan.record.number}@{orphan.record.store}"
    if orphan.is_foreign:
        return f"of the history {orphan.sighting.store or 'unknown'}"
    return f"its record says {orphan.record.presence or orphan.record.status}" if orphan.record else ""


def rebuilt_lines(made: Rebuilt, found: Survey) -> Iterator[str]:
    """Yield what a history knows again, what it does not, and what to type."""
    if made.run is None:
        asked = ", ".join(found.asked) or "no platform could be asked"
        yield f"nothing to do: all deployments in {line_of(found.workspace)} that were found have a record ({asked})"
    for each in made.deployments:
        live = any(one.target == each.id for one in made.live)
        digest = short(each.artifact.digest) if each.artifact else "no artifact"
        yield line_of(f"{each.app}#{_number(made, each)}  {'live' if live else each.presence}  {digest}  {each.user}")
    for text in dict.fromkeys(made.untold):
        yield f"not known: {line_of(text)}"
    if made.run is not None:
        yield "not known: builds and deploys of which nothing is left, what failed, hooks, output, how long things took"
        yield f"look     milepost status -w {line_of(found.workspace)}"


def _number(made: Rebuilt, deployment: Operation) -> int:
    """Return the number that a deployment's run has in this history."""
    return next((each.number for each in made.runs if each.id == deployment.run), deployment.number)
