"""The last words of a run: what is live, what is new in it, what was kept, how to undo it; or what was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from milepost.cli import lineage
from milepost.cli.comparison import difference
from milepost.cli.lineage import GONE
from milepost.cli.phrasing import columns, length, listed, short
from milepost.cli.summary_failure import failure

if TYPE_CHECKING:
    from milepost.cli.background import Background
    from milepost.cli.lineage import Look
    from milepost.host.lifecycle.conduct import Outcome
    from milepost.sdk.record import Operation, Run


CHANGING = ("task", "deploy", "release", "unpark")
"""The stages that a run has in which nothing was live as before."""


def summary(outcome: Outcome, background: Background) -> list[str]:
    """Return the last lines of a run."""
    if outcome.plan:
        return list(outcome.plan)
    if outcome.exit_status:
        return list(failure(outcome, background))
    return list(_success(outcome, background))


def _success(outcome: Outcome, background: Background) -> Iterator[str]:
    """Yield what is live now, or else what was made."""
    releases = [each for each in outcome.operations if each.stage == "release" and each.status == "success"]
    unchanged = [each for each in outcome.operations if each.status == "unchanged"]
    if releases:
        yield from _live(outcome.run, releases, unchanged, background)
        yield from _new(releases, background)
        yield from _kept(outcome, releases, background.look)
        yield from _undo(outcome.run, releases, background.look)
    elif unchanged and not any(each.status == "success" and each.stage in CHANGING for each in outcome.operations):
        yield from _as_before(outcome.run, unchanged, background)
        yield from _kept(outcome, [], background.look)
    else:
        yield from _made(outcome, background)


def _live(run: Run, releases: list[Operation], unchanged: list[Operation], background: Background) -> Iterator[str]:
    """Yield where the released apps are public and what they replaced; with several apps, each by its name."""
    rows = []
    for each in releases:
        new, old = lineage.released(each, background.look), lineage.replaced(each, background.look)
        url = each.release.urls[0] if each.release and each.release.urls else "" if len(run.apps) > 1 else each.app
        became = f"#{new.number if new else run.number}" + (f" replaced #{old.number}" if old else "")
        rows.append((each.app, url, became))
    same = [each for each in unchanged if each.stage == "release"]
    rows += [(each.app, *_held(each, background.look)) for each in same]
    rows.sort(key=lambda row: run.apps.index(row[0]) if row[0] in run.apps else len(run.apps))
    shown = rows if len(rows) > 1 else [row[1:] for row in rows]
    lines = ["   ".join(part for part in shown[0] if part)] if len(shown) == 1 else columns(shown, gap=3)
    took = length(_seconds(run))
    yield f"{background.paint('good', 'LIVE')}  {lines[0]}   {took}"
    yield from (f"      {line}" for line in lines[1:])


def _held(unchanged: Operation, look: Look) -> tuple[str, str]:
    """Return where an app is public that nothing has changed of, and since which run."""
    release = look.operation(unchanged.same_as or "")
    url = release.release.urls[0] if release and release.release and release.release.urls else ""
    held = lineage.released(release, look) if release else None
    number = held.number if held else release.number if release else unchanged.number
    return url, f"unchanged, #{number}"


def _new(releases: list[Operation], background: Background) -> Iterator[str]:
    """Yield what is new in what was released; apps of which the same is to be said share a line."""
    told: dict[str, list[str]] = {}
    for each in releases:
        new, old = lineage.released(each, background.look), lineage.replaced(each, background.look)
        if new is not None and old is not None:
            text = difference(old, new, background.look, background.count)
            told.setdefault(text, []).append(each.app)
    several = len(releases) > 1
    lines = [f"{', '.join(apps)}: {text}" if several else text for text, apps in told.items() if text]
    for at, line in enumerate(lines):
        yield f"{'' if at else 'New':<6}{line}"


def _kept(outcome: Outcome, releases: list[Operation], look: Look) -> Iterator[str]:
    """Yield what stays for a rollback and what was removed."""
    kept: dict[str, set[tuple[str, int]]] = {}
    for each in releases:
        old = lineage.replaced(each, look) or lineage.way_back(each, look)
        if old is not None and old.presence is not None and old.presence not in GONE:
            how = "parked" if old.presence == "parked" else "still running"
            kept.setdefault(how, set()).add((old.app, old.number))
    parts = [f"{_named(olds, outcome.run)} ({how})" for how, olds in kept.items()]
    gone = _targets(outcome, "destroy", look)
    pruned = [f"pruned {_named(gone, outcome.run)}"] if gone else []
    if parts or pruned:
        yield f"{'Kept' if parts else 'Clean':<6}{'   '.join([*parts, *pruned])}"


def _undo(run: Run, releases: list[Operation], look: Look) -> Iterator[str]:
    """Yield the command that undoes the run, where it goes back to, and what it leaves as it is."""
    if run.verb in ("start", "restart", "scale"):
        return
    olds = [old for each in releases if (old := lineage.replaced(each, look))]
    if not olds:
        return
    to = {each.number for each in olds}
    if run.verb == "rollback":
        yield from _forward(run, olds)
        return
    later = dict.fromkeys(each.label for old in olds for each in lineage.tasks_since(old, look))
    not_undone = f"; does not undo the task{'s' if len(later) > 1 else ''} {', '.join(later)}" if later else ""
    yield f"Undo  milepost rollback{_where(run)}      to {_numbers(to)}{not_undone}"


def _forward(run: Run, olds: list[Operation]) -> Iterator[str]:
    """Yield what undoes a rollback; the next one goes further back, so the way forward has to be named."""
    apart = len({each.number for each in olds}) > 1
    ways = [f"milepost rollback {each.app} --to {each.number}" for each in olds if apart]
    for at, way in enumerate(ways or [f"milepost rollback --to {olds[0].number}"]):
        yield f"{'' if at else 'Undo':<6}{way}{_where(run)}"


def _as_before(run: Run, unchanged: list[Operation], background: Background) -> Iterator[str]:
    """Yield that nothing had to be done, and what is live all the same."""
    look, took = background.look, length(_seconds(run))
    releases = [each for each in unchanged if each.stage == "release"] or unchanged
    numbers: set[int] = set()
    for each in releases:
        same = look.operation(each.same_as or "")
        held = lineage.released(same, look) if same else None
        numbers |= {one.number for one in (held or same,) if one}
    urls = dict.fromkeys(url for each in releases if (url := _held(each, look)[0]))
    parts = [f"{_numbers(sorted(numbers)) or 'what was there'} is live as before", *urls, took]
    yield f"{background.paint('good', 'UNCHANGED')}  {'   '.join(parts)}"


def _made(outcome: Outcome, background: Background) -> Iterator[str]:
    """Yield what a run made that releases nothing, and the next command."""
    run, stages = outcome.run, {each.stage for each in outcome.operations}
    took, paint = length(_seconds(run)), background.paint
    if run.verb == "destroy":
        gone = _targets(outcome, "destroy", background.look)
        yield f"{paint('good', 'DESTROYED')}  {_named(gone, run) or _keys(outcome) or 'nothing was there'}   {took}"
        yield from (f"Note       {text}" for text in background.said)
    elif run.verb == "adopt":
        yield f"{paint('good', 'ADOPTED')}  #{run.number}   {_keys(outcome)}   {took}"
        yield f"Next     milepost status{_where(run)}"
    elif run.verb == "stop":
        yield f"{paint('good', 'STOPPED')}  {listed(run.apps)}   {took}"
        yield f"Next     milepost start{_where(run)}"
    elif "weigh" in stages:
        yield from _weighed(outcome, background)
    elif "deploy" in stages:
        urls = [each.deployment.url for each in outcome.operations if each.deployment and each.deployment.url]
        yield f"{paint('good', 'STAGED')}  #{run.number}   {' '.join(urls)}   {took}".rstrip()
        yield f"Next    milepost release {run.number}{_where(run)}"
    elif "build" in stages:
        digests = dict.fromkeys(short(each.artifact.digest) for each in outcome.operations if each.artifact)
        yield f"{paint('good', 'BUILT')}  #{run.number}   {' '.join(digests)}   {took}"
        yield f"Next   milepost deploy{_where(run)}"
    else:
        yield f"{paint('good', 'DONE')}  #{run.number} {run.verb} {listed(run.apps)}   {took}"


def _weighed(outcome: Outcome, background: Background) -> Iterator[str]:
    """Yield who gets how much of the traffic now, and what ends the trial."""
    run, look = outcome.run, background.look
    for each in outcome.operations:
        if each.stage != "weigh" or each.status != "success":
            continue
        new, old = look.operation(each.target or ""), look.operation(each.previous or "")
        if each.weight and new and old:
            shares = f"{each.weight} % to #{new.number}, {100 - each.weight} % to #{old.number}"
            yield f"{background.paint('good', 'SPLIT')}  {each.app}   {shares}   {length(_seconds(run))}"
            yield f"Next   milepost release {each.app} --finish{_where(run)}, or --abort"
        else:
            whole = f"all traffic goes to #{old.number}" if old else "all traffic goes where it went"
            yield f"{background.paint('good', 'ABORTED')}  {each.app}   {whole}   {length(_seconds(run))}"


def _keys(outcome: Outcome) -> str:
    """Return the keys of the objects that a run was about, where records do not name them."""
    done = (each for each in outcome.operations if each.status == "success")
    return ", ".join(dict.fromkeys(resource.key for each in done for resource in each.resources))


def _targets(outcome: Outcome, stage: str, look: Look) -> set[tuple[str, int]]:
    """Return the deployments that operations of a stage acted on, each by its app and number."""
    done = (each for each in outcome.operations if each.stage == stage and each.status == "success")
    held = (look.operation(each.target or "") for each in done)
    return {(each.app, each.number) for each in held if each and each.stage == "deploy"}


def _named(deployments: set[tuple[str, int]], run: Run) -> str:
    """Return deployments by their numbers, with the app of each where the run had several."""
    several = len(run.apps) > 1
    return ", ".join(f"{app} #{number}" if several else f"#{number}" for app, number in sorted(deployments))


def _numbers(numbers: list[int] | set[int]) -> str:
    return ", ".join(f"#{number}" for number in sorted(numbers))


def _where(run: Run) -> str:
    return "" if run.workspace == "default" else f" -w {run.workspace}"


def _seconds(run: Run) -> float | None:
    return (run.ended - run.started).total_seconds() if run.ended else None
