"""The last words of a run that failed: what serves, the cause with its evidence, what was cleaned up, what to type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from milepost.cli import lineage
from milepost.cli.comparison import commits, difference
from milepost.cli.phrasing import clean, counted

if TYPE_CHECKING:
    from milepost.cli.background import Background
    from milepost.host.lifecycle.conduct import Outcome
    from milepost.sdk.record import Operation, Run

EXITS = {
    1: "failed, what is live is as before",
    2: "usage or project file",
    3: "what is live was changed, and then something failed",
    4: "locked",
    5: "refused",
    130: "cancelled",
}
"""What the exit statuses mean, in words."""

EVIDENCE_LINES = 12
"""How many last lines of evidence the end of a run shows."""


def failure(outcome: Outcome, background: Background) -> Iterator[str]:
    """Yield what is live, the cause with its evidence, what to type, and what the exit status means."""
    run = outcome.run
    yield background.paint("bad", _standing(outcome, background))
    failed = [each for each in outcome.operations if each.failure]
    for each in failed:
        yield from _cause(each)
    if run.failure and not failed:
        first, *rest = clean(run.failure.message).splitlines() or [run.failure.code]
        yield f"Cause   {first}"
        yield from (f"        {line}" for line in rest)
    yield from _since(outcome, failed, background)
    yield from _clean(outcome, failed)
    yield from _next(run, failed, background)
    yield f"exit {outcome.exit_status}: {EXITS.get(outcome.exit_status, 'failed')}"


def _standing(outcome: Outcome, background: Background) -> str:
    """Return what serves now, after a run that failed."""
    run = outcome.run
    place = run.workspace.upper()
    served = [text for app in run.apps if (text := _served(app, run, background))]
    # Whether something runs that the history does not know of, nobody was asked.
    now = ", ".join(served) or "nothing is live as recorded"
    if outcome.exit_status == 3:
        return f"{place} HAS CHANGED, AND THEN SOMETHING FAILED: {now}"
    return f"{place} IS UNCHANGED: {now}"


def _served(app: str, run: Run, background: Background) -> str:
    """Return what serves of an app, as its platform says, else as recorded; empty when nothing is live."""
    look, asked = background.look, background.standing.get(app)
    known = asked is not None and not asked.note
    deployment = asked.live if asked and known else lineage.live(app, run.workspace, look)
    if deployment is None:
        return ""
    made_of = lineage.commit(deployment, look)
    name = f"{app} #{deployment.number}{f' ({made_of})' if made_of else ''}"
    if not asked or asked.health.name == "unknown":
        return f"{name} is live as recorded"
    count = f"{asked.health.ready}/{asked.health.wanted} " if asked.health.wanted else ""
    return f"{name} {'serves' if asked.health.name in ('ready', 'partial') else 'is live'}, {count}{asked.health.name}"


def _cause(failed: Operation) -> Iterator[str]:
    """Yield why an operation failed, with the last lines of its evidence."""
    message = failed.failure.message if failed.failure else failed.status
    first, *rest = message.splitlines() or [failed.status]
    told: set[str] = set()
    yield f"Cause   {failed.app} {failed.label or failed.stage}: {clean(first)}"
    yield from (f"        {line}" for line in _fresh(rest, told))
    for each in failed.evidence:
        lines = _fresh(each.text.splitlines(), told)
        if lines or not each.text:
            yield f"  {each.title}"
        yield from (f"  | {line}" for line in lines)


def _fresh(lines: list[str], told: set[str]) -> list[str]:
    """Return the last lines that were not told yet, each once: evidence often repeats what the message says."""
    last = list(dict.fromkeys(reversed([clean(line) for line in lines])))[:EVIDENCE_LINES]
    fresh = [line for line in reversed(last) if line not in told]
    told.update(fresh)
    return fresh


def _since(outcome: Outcome, failed: list[Operation], background: Background) -> Iterator[str]:
    """Yield what is not as in the live deployment, which is where the cause may be."""
    run, look = outcome.run, background.look
    told: dict[str, None] = {}
    for each in failed:
        live = lineage.live(each.app, run.workspace, look)
        if live is None or each.stage not in ("build", "push", "task", "deploy", "release"):
            continue
        new = lineage.released(each, look) if each.stage == "release" else each if each.stage == "deploy" else None
        if new is not None and new.id == live.id:
            continue
        text = (
            difference(live, new, look, background.count)
            if new is not None
            else commits(live, run.source, look, background.count)
        )
        if text:
            app = f"{each.app} " if len(run.apps) > 1 else ""
            told[f"Since   {app}#{live.number}: {text}"] = None
    yield from told


def _clean(outcome: Outcome, failed: list[Operation]) -> Iterator[str]:
    """Yield what became of the things that failed deploys made, and which tasks ran and stay done."""
    parts = []
    deploys = [each for each in failed if each.stage == "deploy" and each.resources]
    for gone in (True, False):
        kinds = Counter(
            each.kind for deploy in deploys if (deploy.presence == "destroyed") is gone for each in deploy.resources
        )
        if kinds:
            things = ", ".join(counted(number, kind) for kind, number in kinds.items())
            parts.append(f"{things} {'removed' if gone else 'still there'}")
    tasks = [each.label for each in outcome.operations if each.stage == "task" and each.status == "success"]
    if tasks:
        parts.append(f"the task{'s' if len(tasks) > 1 else ''} {', '.join(tasks)} ran, and nothing undoes that")
    if parts:
        yield f"Clean   {'; '.join(parts)}"


def _next(run: Run, failed: list[Operation], background: Background) -> Iterator[str]:
    """Yield commands to type after a failure."""
    failures = [run.failure, *(each.failure for each in failed)]
    for hint in dict.fromkeys(each.hint for each in failures if each and each.hint):
        yield f"Hint    {hint}"
    logs = f"milepost logs --run {run.number}     " if failed else ""
    deploys = [each for each in failed if each.stage == "deploy" and each.status != "cancelled"]
    lives = any(background.look.live(each.app, run.workspace) for each in deploys)
    yield f"Next    {logs}milepost show {run.number}{f'     milepost diff {run.number}' if lives else ''}"
    where = "" if run.workspace == "default" else f" -w {run.workspace}"
    if deploys:
        apps = " ".join(dict.fromkeys(each.app for each in deploys))
        kept = any(each.presence == "starting" for each in deploys)
        yield f"        milepost deploy {apps}{where}" + ("" if kept else " --keep-failed")
