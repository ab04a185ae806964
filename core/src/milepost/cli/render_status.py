"""The state of a workspace as somebody on call wants to read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from milepost.cli import lineage
from milepost.cli.phrasing import clean, columns, counted, length, line_of, listed, moment
from milepost.cli.render_staged import broken, staged
from milepost.cli.render_tables import doing

if TYPE_CHECKING:
    from milepost.cli.beside import Beside
    from milepost.cli.lineage import Look
    from milepost.cli.render import Screen
    from milepost.host.inquiry import AppStatus, WorkspaceStatus
    from milepost.sdk.deployment import Health
    from milepost.sdk.record import Operation


class Told(NamedTuple):
    """What is told besides the apps."""

    asked: str
    """Whence it is known."""
    beside: Beside


def workspace(status: WorkspaceStatus, screen: Screen, look: Look, told: Told) -> Iterator[str]:
    """Yield what is live, how it is, where, and what to type."""
    yield f"{screen.paint('strong', f'{status.project} / {clean(status.workspace)}')}   {told.asked}"
    head = ("APP", "LIVE", "COMMIT", "HEALTH", "SINCE", "RELEASED BY")
    serving = told.beside.serving
    yield from columns([head, *(_row(each, screen, look, serving) for each in status.apps)], room=screen.room)
    yield ""
    several = len(status.apps) > 1
    yield from _block("URL", [_place(each, several) for each in status.apps if each.urls])
    for each in status.apps:
        yield from _troubles(each)
    yield from _block("Replica", [row for each in status.apps for row in _replicas(each)])
    yield from _block("Split", [row for each in status.apps for row in _trials(each, _where(status))])
    yield from _block("Warning", _warnings(status))
    for app, key in serving.items():
        yield f"Orphan  {line_of(app)}: {line_of(key)} serves, and no record names it   milepost orphans list"
    yield from _block("Back", _ways_back(status, look))
    yield from _block("Kept", _ways_forward(status, look))
    failed = [
        (_failure(each.failed, screen), f"milepost show {each.failed.number}") for each in status.apps if each.failed
    ]
    yield from _block("Failed", failed)
    yield from broken(status.interrupted)
    yield from _freeze(status, screen, told.beside)
    yield _last_line(status, screen, told.beside, staged(status, look))
    if told.beside.undelivered:
        many = f"{told.beside.undelivered} of this machine's entries"
        yield f"Note    {many} could not be written to the shared history yet; the next run delivers them"


def _freeze(status: WorkspaceStatus, screen: Screen, beside: Beside) -> Iterator[str]:
    """Yield by whom the workspace was frozen, why, until when, and what ends that."""
    freeze = beside.freeze
    if freeze is None:
        return
    until = moment(freeze.get("until"))
    ends = f"until {screen.at(until)}" if until else "until somebody thaws it"
    who = "@".join(str(each) for each in (freeze.get("user"), freeze.get("host")) if each) or "somebody"
    why = line_of(freeze.get("why") or "no reason was given")
    yield f"Freeze  {ends}, by {line_of(who)} (#{freeze.get('number')}): {why}   milepost thaw{_where(status)}"


def _last_line(status: WorkspaceStatus, screen: Screen, beside: Beside, staged: str) -> str:
    """Return what may keep the next run waiting, and what waits itself."""
    mine = f"app/{status.workspace}/"
    held = [
        _held(name.removeprefix(mine), each, screen) for name, each in status.locks.items() if name.startswith(mine)
    ]
    parts = [f"Lock    {listed(held, 'free')}", *([] if beside.freeze else ["Freeze none"])]
    parts.append(f"Staged {staged}")
    if beside.orphans is not None:
        found = f"{len(beside.orphans)}   milepost orphans list" if beside.orphans else "none"
        parts.append(f"Orphans {found}")
    return "   ".join(parts)


def in_time(seconds: float) -> str:
    """Return how long it took to ask."""
    return f"asked just now ({length(seconds)})"


def health(value: Health) -> str:
    """Return a health in words: how many replicas, and the state."""
    if value.name == "unknown" and not value.message:
        return "not asked"
    count = f"{value.ready}/{value.wanted} " if value.ready is not None and value.wanted is not None else ""
    return f"{count}{value.name}"


def _block(name: str, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows under each other, each with the name of what they tell."""
    yield from (f"{name:<8}{line}" for line in columns(rows, gap=3))


def _row(app: AppStatus, screen: Screen, look: Look, serving: Mapping[str, str]) -> tuple[str, ...]:
    """Return an app's line of the table."""
    if app.live is None:
        nothing = "an orphan serves" if app.app in serving else "nothing live"
        return (app.app, "-", "", health(app.health) if app.health.name != "unknown" else nothing, "", "")
    run = app.run
    since = app.release.ended or app.release.started if app.release else app.live.started
    who = (f"CI job {run.ci}" if run.ci else "@".join(each for each in (run.user, run.host) if each)) if run else ""
    commit = lineage.commit(app.live, look)
    return (app.app, f"#{app.live.number}", commit, health(app.health), screen.when(since), who)


def _place(app: AppStatus, several: bool) -> tuple[str, ...]:
    """Return where an app is public, and how that is; what only repeats the address is left out."""
    url = app.urls[0]
    said = app.public.message if app.public else ""
    told = [app.public.name if app.public else "", "" if url.partition("//")[2].rstrip("/") in said else said]
    state = " ".join(part for part in told if part)
    return (app.app, url, state) if several else (url, state)


def _troubles(app: AppStatus) -> Iterator[str]:
    """Yield what is wrong with an app."""
    if app.health.message and app.health.name != "ready":
        yield f"Health  {app.app}: {app.health.message}"
    if app.note:
        yield f"Note    {app.app}: {app.note}"


def _trials(app: AppStatus, where: str) -> Iterator[tuple[str, ...]]:
    """Yield what gets a part of the traffic besides what is live, and what ends that."""
    for deployment, percent in app.trials:
        rest = f", the rest to #{app.live.number}" if app.live else ""
        finish = f"milepost release {app.app} --finish{where}, or --abort"
        yield (app.app, f"{percent} % to #{deployment.number}{rest}", finish)


def _replicas(app: AppStatus) -> Iterator[tuple[str, ...]]:
    """Yield the replicas of which there is more to say than the sum of all says."""
    for each in app.health.replicas:
        differs = each.health != "ready" and (each.health != app.health.name or each.message)
        if differs or each.restarts:
            restarts = counted(each.restarts, "restart") if each.restarts else ""
            state = ", ".join(part for part in (each.health, restarts) if part)
            yield (line_of(each.name), state, line_of(each.message))


def _warnings(status: WorkspaceStatus) -> list[tuple[str, ...]]:
    """Return what platforms and releasers warn of although it serves: each once, since apps share machines."""
    apps: dict[str, list[str]] = {}
    for app in status.apps:
        for text in dict.fromkeys((*app.health.warnings, *(app.public.warnings if app.public else ()))):
            apps.setdefault(line_of(text), []).append(app.app)
    return [(f"{listed(names)}: {text}",) for text, names in apps.items()]


def _ways_back(status: WorkspaceStatus, look: Look) -> list[tuple[str, ...]]:
    """Return what a rollback of each app goes to, what that takes, and the command."""
    last = max((each.release.number for each in status.apps if each.release), default=0)
    rows: list[tuple[str, ...]] = []
    for app in status.apps:
        old = lineage.way_back(app.release, look) if app.release else None
        if old is not None and app.release is not None:
            # Without a name, the apps of the last run that released something are meant.
            named = "" if app.release.number == last else f" {app.app}"
            rows.append((f"{app.app} #{old.number} ({_means(old, look)})", f"milepost rollback{named}{_where(status)}"))
    return rows


def _ways_forward(status: WorkspaceStatus, look: Look) -> list[tuple[str, ...]]:
    """Return the newest other deployment of each app that was live and still stands, such as after a rollback."""
    rows: list[tuple[str, ...]] = []
    for app in status.apps:
        former = app.release.previous if app.release else None
        kept = next((each for each in app.kept if each.id != former), None)
        if kept is not None:
            command = f"milepost rollback {app.app} --to {kept.number}{_where(status)}"
            rows.append((f"{app.app} #{kept.number} ({_means(kept, look)})", command))
    return rows


def _means(old: Operation, look: Look) -> str:
    """Return what going back to a deployment means: its commit, where it stands, about how long it takes."""
    stands = "deployed again" if old.presence in lineage.GONE else str(old.presence or "")
    # What was rebuilt from labels ended when it began: how long it took is not known.
    took = length((old.ended - old.started).total_seconds()) if old.ended and old.ended > old.started else ""
    return ", ".join(part for part in (lineage.commit(old, look), stands, f"about {took}" if took else "") if part)


def _failure(failed: Operation, screen: Screen) -> str:
    """Return what failed and when, in one line."""
    message = failed.failure.message.splitlines()[0] if failed.failure and failed.failure.message else failed.status
    when = screen.when(failed.ended or failed.started)
    return f"#{failed.number} {when}, {failed.app} {failed.label or failed.stage}: {message}"


def _held(app: str, owner: dict[str, object], screen: Screen) -> str:
    """Return who holds the lock of an app, and since when."""
    since = screen.when(moment(owner.get("since")))
    return " ".join(part for part in (app, "by", doing(owner), f"since {since}" if since else "") if part)


def _where(status: WorkspaceStatus) -> str:
    return "" if status.workspace == "default" else f" -w {clean(status.workspace)}"
