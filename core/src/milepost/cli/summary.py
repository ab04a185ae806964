"""The last words of a run: what is live, what was kept, how to undo it; or what failed, why, and what to type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from milepost.cli.phrasing import clean, length, listed, short

if TYPE_CHECKING:
    from milepost.host.lifecycle.conduct import Outcome
    from milepost.sdk.record import Operation, Run

Paint = Callable[[str, str], str]

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


class Look(Protocol):
    """What of the history the last words need."""

    def operation(self, id: str) -> Operation | None:
        """Return the operation of that id."""
        ...

    def live(self, app: str, workspace: str) -> Operation | None:
        """Return the release that is live."""
        ...


def summary(outcome: Outcome, look: Look, paint: Paint, notes: Mapping[str, str]) -> list[str]:
    """Return the last lines of a run. `notes` are the few words that each operation ended with, by its id."""
    if outcome.plan:
        return list(outcome.plan)
    if outcome.exit_status:
        return list(_failure(outcome, look, paint))
    return list(_success(outcome, look, paint, notes))


def _success(outcome: Outcome, look: Look, paint: Paint, notes: Mapping[str, str]) -> Iterator[str]:
    """Yield what is live now, or else what was made."""
    released = [each for each in outcome.operations if each.stage == "release" and each.status == "success"]
    took = length(_seconds(outcome.run))
    if released:
        said = dict.fromkeys(notes[each.id] for each in released if notes.get(each.id))
        yield from _live(outcome.run, released, look, paint, ", ".join(said))
        yield from _kept(outcome, look)
        if outcome.run.verb != "start" and any(each.previous for each in released):
            yield f"Undo  milepost rollback{_where(outcome.run)}"
        return
    unchanged = [each for each in outcome.operations if each.status == "unchanged"]
    if unchanged and all(each.status != "success" or each.stage in ("build", "push") for each in outcome.operations):
        numbers = sorted({held.number for each in unchanged if (held := look.operation(each.same_as or ""))})
        yield f"{paint('good', 'UNCHANGED')}  {_numbers(numbers) or 'what was there'} is live as before   {took}"
        return
    yield from _made(outcome, look, took, paint)


def _live(run: Run, released: list[Operation], look: Look, paint: Paint, said: str) -> Iterator[str]:
    """Yield where the released apps are public and what they replaced."""
    now = {held.number for each in released if (held := look.operation(each.target or ""))} or {run.number}
    urls = [url for each in released if each.release for url in each.release.urls[:1]]
    urls = urls or [listed(dict.fromkeys(each.app for each in released))]
    parts = [urls[0], f"{_numbers(sorted(now))} {said}".rstrip(), length(_seconds(run))]
    yield f"{paint('good', 'LIVE')}  {'   '.join(parts)}"
    for url in urls[1:]:
        yield f"      {url}"


def _kept(outcome: Outcome, look: Look) -> Iterator[str]:
    """Yield what stays for a rollback and what was removed."""
    parked = _targets(outcome, "park", look)
    pruned = _targets(outcome, "destroy", look)
    parts = [f"{_numbers(parked)} (parked)"] if parked else []
    parts += [f"pruned {_numbers(pruned)}"] if pruned else []
    if parts:
        yield f"Kept  {'   '.join(parts)}"


def _made(outcome: Outcome, look: Look, took: str, paint: Paint) -> Iterator[str]:
    """Yield what a run made that releases nothing, and the next command."""
    run, stages = outcome.run, {each.stage for each in outcome.operations}
    if run.verb == "destroy":
        gone = _targets(outcome, "destroy", look)
        yield f"{paint('good', 'DESTROYED')}  {_numbers(gone) or 'nothing was there'}   {took}"
    elif run.verb == "stop":
        yield f"{paint('good', 'STOPPED')}  {listed(run.apps)}   {took}"
        yield f"Next     milepost start{_where(run)}"
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


def _failure(outcome: Outcome, look: Look, paint: Paint) -> Iterator[str]:
    """Yield what is live, the cause with its evidence, what to type, and what the exit status means."""
    run = outcome.run
    yield paint("bad", _standing(outcome, look))
    failed = [each for each in outcome.operations if each.failure]
    for each in failed:
        yield from _cause(each)
    if run.failure and not failed:
        yield f"Cause   {clean(run.failure.message)}"
    yield from _next(run, failed)
    yield f"exit {outcome.exit_status}: {EXITS.get(outcome.exit_status, 'failed')}"


def _standing(outcome: Outcome, look: Look) -> str:
    """Return what serves now, after a run that failed."""
    run = outcome.run
    place = run.workspace.upper()
    if outcome.exit_status == 3:
        return f"{place} HAS CHANGED, AND THEN SOMETHING FAILED: see milepost status{_where(run)}"
    live = [(app, release) for app in run.apps if (release := look.live(app, run.workspace))]
    parts = []
    for app, release in live:
        held = look.operation(release.target or "")
        parts.append(f"{app} #{held.number if held else release.number}")
    return f"{place} IS UNCHANGED: {', '.join(parts) + ' serves' if parts else 'nothing is live'}"


def _cause(failed: Operation) -> Iterator[str]:
    """Yield why an operation failed, with the last lines of its evidence."""
    message = failed.failure.message if failed.failure else failed.status
    first, *rest = message.splitlines() or [failed.status]
    yield f"Cause   {failed.app} {failed.label or failed.stage}: {clean(first)}"
    yield from (f"        {clean(line)}" for line in rest)
    for each in failed.evidence:
        yield f"  {each.title}"
        yield from (f"  | {clean(line)}" for line in each.text.splitlines()[-EVIDENCE_LINES:])


def _next(run: Run, failed: list[Operation]) -> Iterator[str]:
    """Yield commands to type after a failure."""
    failures = [run.failure, *(each.failure for each in failed)]
    for hint in dict.fromkeys(failure.hint for failure in failures if failure and failure.hint):
        yield f"Hint    {hint}"
    logs = f"milepost logs --run {run.number}     " if failed else ""
    yield f"Next    {logs}milepost show {run.number}"
    deploys = dict.fromkeys(each.app for each in failed if each.stage == "deploy")
    if deploys:
        yield f"        milepost deploy {' '.join(deploys)}{_where(run)} --keep-failed"


def _targets(outcome: Outcome, stage: str, look: Look) -> list[int]:
    """Return the numbers of the deployments that operations of a stage acted on."""
    done = (each for each in outcome.operations if each.stage == stage and each.status == "success")
    held = (look.operation(each.target or "") for each in done)
    return sorted({each.number for each in held if each and each.stage == "deploy"})


def _numbers(numbers: list[int]) -> str:
    return ", ".join(f"#{number}" for number in numbers)


def _where(run: Run) -> str:
    return "" if run.workspace == "default" else f" -w {run.workspace}"


def _seconds(run: Run) -> float | None:
    return (run.ended - run.started).total_seconds() if run.ended else None
