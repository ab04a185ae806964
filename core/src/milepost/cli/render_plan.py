"""What `plan` says: app by app what is live, the stages ahead in their order, and what would not be as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from milepost.cli import lineage
from milepost.cli.outlook import Outlook, outlook
from milepost.cli.phrasing import clean, columns, line_of, listed
from milepost.cli.render_diff import change_line
from milepost.cli.render_json import plain

if TYPE_CHECKING:
    from milepost.cli.lineage import Look
    from milepost.cli.render import Screen
    from milepost.host.lifecycle.ahead import AppAhead, StageAhead
    from milepost.host.planning import Forecast
    from milepost.sdk.capabilities import Planned
    from milepost.sdk.errors import MilepostError

SIGNS = {"make": "+", "change": "~", "remove": "-", "keep": "="}
_STYLES = {"make": "good", "change": "warning", "remove": "bad", "keep": "faint"}
_VERDICTS = {
    "first": "it is the first: nothing is live",
    "same": "commit and config are as they are live: unchanged, unless the build gives another artifact",
    "unknown": "whether the artifact is another is known after the build",
}


def lines(found: Forecast, screen: Screen, look: Look) -> Iterator[str]:
    """Yield the plan."""
    source, where = found.source, clean(found.workspace)
    state = {None: "", True: ", with changes not committed", False: ", clean"}[source.dirty]
    commit = f"   {source.commit[:7]} {line_of(source.subject or '')}{state}" if source.commit else ""
    yield f"{screen.paint('strong', f'{found.project} / {where}')}   what up would do{commit}"
    for error in found.refusals:
        yield from _trouble(screen, "REFUSED", error)
    for each in found.apps:
        yield ""
        yield from _app(each, found, screen, look)
    yield ""
    flag = "" if found.workspace == "default" else f" -w {where}"
    yield "Nothing was changed" + (f"   milepost up{flag}" if found.is_possible else "; as it is, up would fail")


def _app(app: AppAhead, found: Forecast, screen: Screen, look: Look) -> Iterator[str]:
    """Yield what lies ahead of one app."""
    yield f"{screen.paint('strong', line_of(app.app))}   {_now(app, screen, look)}"
    for error in app.troubles:
        yield from (f"  {line}" for line in _trouble(screen, "FAILS", error))
    rows = columns([(each.stage, line_of(each.name), line_of(each.detail)) for each in app.stages], indent="  ")
    for each, row in zip(app.stages, rows, strict=True):
        yield row
        yield from _steps(each, screen)
    yield from _block("hook", [f"{each.stage} {each.when}: {line_of(each.command)}" for each in app.hooks])
    seen = outlook(app, found.source, look)
    yield from _block("changes", [change_line(each) for each in seen.changes])
    yield from _block("prunes", [listed(f"#{each.number}" for each in app.prunes)] if app.prunes else [])
    yield from _block("after", [listed(app.waits_for)] if app.waits_for else [])
    if seen.verdict in _VERDICTS and app.is_possible and app.today:
        yield f"  {screen.paint('faint', _VERDICTS[seen.verdict])}"


def _now(app: AppAhead, screen: Screen, look: Look) -> str:
    """Return what is live and would be replaced."""
    if app.live is None:
        return "nothing is live"
    since = screen.when((app.release.ended or app.release.started) if app.release else app.live.started)
    commit = lineage.commit(app.live, look)
    return f"replaces #{app.live.number}" + (f" ({commit})" if commit else "") + f", live since {since}"


def _steps(stage: StageAhead, screen: Screen) -> Iterator[str]:
    """Yield what the plugin of a stage would do, or why it would fail."""
    rows = columns([_cells(each) for each in stage.steps], indent="    ")
    for each, row in zip(stage.steps, rows, strict=True):
        yield screen.paint(_STYLES[each.action], row)
    if stage.error:
        yield f"    {screen.paint('bad', 'FAILS')}  {line_of(stage.error)}"
        if stage.hint:
            yield f"           {line_of(stage.hint)}"


def _cells(step: Planned) -> tuple[str, ...]:
    return (f"{SIGNS[step.action]} {line_of(step.kind)}", line_of(step.name), line_of(step.detail))


def _trouble(screen: Screen, word: str, error: MilepostError) -> Iterator[str]:
    """Yield what is in the way, and what to do about it."""
    yield f"{screen.paint('bad', word)}  {line_of(error)}"
    if error.hint:
        yield f"{'':<{len(word)}}  {line_of(error.hint)}"


def _block(name: str, rows: list[str]) -> Iterator[str]:
    """Yield rows under each other, the first with the name of what they tell."""
    yield from (f"  {'' if at else name:<8} {row}" for at, row in enumerate(rows))


def document(found: Forecast, look: Look) -> dict[str, Any]:
    """Return the plan for programs."""
    return {
        "project": found.project,
        "workspace": found.workspace,
        "source": plain(found.source),
        "possible": found.is_possible,
        "refusals": [_fault(each) for each in found.refusals],
        "apps": [_app_document(each, outlook(each, found.source, look)) for each in found.apps],
    }


def _app_document(app: AppAhead, seen: Outlook) -> dict[str, Any]:
    """Return what lies ahead of one app, for programs."""
    return {
        "app": app.app,
        "live": {"number": app.live.number, "operation": app.live.id} if app.live else None,
        "strategy": app.strategy or None,
        "public_at_once": app.public_at_once,
        "stages": [plain(each) for each in app.stages],
        "hooks": [plain(each) for each in app.hooks],
        "verdict": seen.verdict,
        "changes": [each._asdict() for each in seen.changes],
        "prunes": [{"number": each.number, "operation": each.id} for each in app.prunes],
        "waits_for": list(app.waits_for),
        "troubles": [_fault(each) for each in app.troubles],
    }


def _fault(error: MilepostError) -> dict[str, str]:
    return {"code": error.code, "message": str(error), "hint": error.hint}
