"""The state of a workspace as somebody on call wants to read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from milepost.cli.phrasing import columns, listed
from milepost.cli.render_tables import doing

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.host.inquiry import AppStatus, WorkspaceStatus
    from milepost.sdk.deployment import Health
    from milepost.sdk.record import Operation


def workspace(status: WorkspaceStatus, screen: Screen) -> Iterator[str]:
    """Yield what is live, how it is, where, and what to type."""
    yield screen.paint("strong", f"{status.project} / {status.workspace}")
    head = ("APP", "LIVE", "COMMIT", "HEALTH", "SINCE", "RELEASED BY")
    yield from columns([head, *(_row(each, screen) for each in status.apps)])
    yield ""
    where = "" if status.workspace == "default" else f" -w {status.workspace}"
    for each in status.apps:
        yield from _places(each)
    for each in status.apps:
        yield from _notes(each, where)
    for record in status.interrupted:
        yield f"Broken  #{record.number} was interrupted   milepost show {record.number}"
    held = [f"{name} by {doing(owner)}".rstrip() for name, owner in status.locks.items()]
    staged = [f"{each.app}#{one.number}" for each in status.apps for one in each.staged]
    yield f"Lock    {listed(held, 'free')}   Staged {listed(staged)}"


def health(value: Health) -> str:
    """Return a health in words: how many replicas, the state, and why."""
    count = f"{value.ready}/{value.wanted} " if value.ready is not None and value.wanted is not None else ""
    return f"{count}{value.name}"


def _row(app: AppStatus, screen: Screen) -> tuple[str, ...]:
    """Return an app's line of the table."""
    if app.live is None:
        return (app.app, "-", "", health(app.health) if app.health.name != "unknown" else "nothing live", "", "")
    run = app.run
    since = app.release.ended or app.release.started if app.release else app.live.started
    commit = (run.source.commit or "")[:7] if run else ""
    who = (f"CI job {run.ci}" if run.ci else f"{run.user}@{run.host}") if run else ""
    return (app.app, f"#{app.live.number}", commit, health(app.health), screen.when(since), who)


def _places(app: AppStatus) -> Iterator[str]:
    """Yield where an app is public."""
    for url in app.urls[:1]:
        public = f"   {health(app.public)} {app.public.message}".rstrip() if app.public else ""
        yield f"URL     {url}{public}"


def _notes(app: AppStatus, where: str) -> Iterator[str]:
    """Yield what is wrong with an app and how to go back."""
    if app.health.message and app.health.name != "ready":
        yield f"Health  {app.app}: {app.health.message}"
    if app.note:
        yield f"Note    {app.app}: {app.note}"
    if app.kept:
        newest = app.kept[0]
        yield f"Back    {app.app} #{newest.number} ({newest.presence})   milepost rollback{where}"
    if app.failed:
        yield f"Failed  #{app.failed.number} {_why(app.failed)}   milepost show {app.failed.number}"


def _why(failed: Operation) -> str:
    """Return what failed, in one line."""
    message = failed.failure.message.splitlines()[0] if failed.failure and failed.failure.message else failed.status
    return f"{failed.app} {failed.label or failed.stage}: {message}"
