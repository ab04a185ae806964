"""What was found in a file of Waypoint, as lines or a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from milepost.cli.render_json import problem_document

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.host.migration import Findings, Used


def migration(session: Session, found: Findings) -> None:
    """Show what was found."""
    document: dict[str, Any] = {
        "file": str(found.file),
        "project": found.project.name,
        "apps": list(found.project.apps),
        "uses": [{**each._asdict(), "position": dict(each.position._asdict())} for each in found.used],
        "notes": [problem_document(each) for each in found.notes],
        "differences": list(found.differences),
    }
    session.screen.answer("waypoint", document, _lines(found))


def _lines(found: Findings) -> Iterator[str]:
    name = found.file.name
    yield f"{found.file}: project {found.project.name}, apps {', '.join(found.project.apps) or 'none'}"
    if found.hidden_by:
        yield f"note: {found.hidden_by} is there, too, and is what milepost reads"
    for app in found.project.apps:
        yield ""
        yield f"app {app}"
        yield from (_used(each) for each in found.used if each.app == app)
    if found.notes:
        yield ""
        yield "Read and not carried out, or not as it was meant"
        for note in found.notes:
            hint = f" ({note.hint})" if note.hint else ""
            yield f"  {note.position}: {note.message}{hint}"
    yield ""
    yield "What behaves otherwise than in Waypoint"
    yield from (f"  {each}" for each in found.differences)
    yield ""
    yield from _next(found, name)


def _used(used: Used) -> str:
    place = f"{used.stage} (line {used.position.line})"
    word = f'use "{used.word}"'
    state = f"installed: {used.installed}" if used.installed else f"not installed: {used.advice}"
    return f"  {place:<20} {word:<24} {state}"


def _next(found: Findings, name: str) -> Iterator[str]:
    """Yield what to type next."""
    steps = dict.fromkeys(each.advice for each in found.used if each.advice.startswith("pip install"))
    steps.update(dict.fromkeys(("milepost validate", "milepost up")))
    yield f"{name} is read as it is; nothing was written."
    for number, step in enumerate(steps):
        yield f"{'Next  ' if number == 0 else '      '}{step}"
