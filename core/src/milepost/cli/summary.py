"""The last words of a run: what is live, what was kept, how to undo it; or what failed, why, and what to type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from milepost.cli.phrasing import clean, length, short

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


def summary(outcome: Outcome, look: Look, paint: Paint) -> list[str]:
    """Return the last lines of a run."""
    if outcome.plan:
        return list(outcome.plan)
    if outcome.exit_status:
        return ["", *_failure(outcome, look, paint)]
    return ["", *_success(outcome, look, paint)]


def _success(outcome: Outcome, look: Look, paint: Paint) -> Iterator[str]:
    """Yield what is live now, or else what was made."""
    released = [each for each in outcome.operations if each.stage == "release" and each.status == "success"]
    took = length(_seconds(outcome.run))
    if released:
        yield from _live(outcome.run, released, look, paint)
        yield from _kept(outcome, look)
        yield f"Undo  milepost rollback{_where(outcome.run)}"
        return
    unchanged = [each for each in outcome.operations if each.status == "unchanged"]
    if unchanged and all(each.status != "success" or each.stage in ("build", "push") for each in outcome.operations):
        numbers = sorted({held.number for each in unchanged if (held := look.operation(each.same_as or ""))})
        yield f"{paint('good', 'UNCHANGED')}  {_numbers(numbers) or 'what was there'} is live as before   {took}"
        return
    yield from _made(outcome, took, paint)


def _live(run: Run, released: list[Operation], look: Look, paint: Paint) -> Iterator[str]:
    """Yield where the released apps are public and what they replaced."""
    before = {held.number for each in released if (held := look.operation(each.previous or ""))}
    now = {held.number for each in released if (held := look.operation(each.target or ""))} or {run.number}
    replaced = f" replaced {_numbers(sorted(before - now))}" if before - now else ""
    urls = [url for each in released if each.release for url in each.release.urls[:1]] or [run.workspace]
    first = f"{_numbers(sorted(now))}{replaced}   {length(_seconds(run))}"
    yield f"{paint('good', 'LIVE')}  {urls[0]}   {first}"
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


def _made(outcome: Outcome, took: str, paint: Paint) -> Iterator[str]:
    """Yield what a run made that releases nothing, and the next command."""
    run, stages = outcome.run, {each.stage for each in outcome.operations}
    done = paint("good", "DONE")
    if "deploy" in stages:
        urls = [each.deployment.url for each in outcome.operations if each.deployment and each.deployment.url]
        yield f"{paint('good', 'STAGED')}  #{run.number}   {' '.join(urls)}   {took}".rstrip()
        yield f"Next    milepost release {run.number}{_where(run)}"
    elif "build" in stages:
        digests = dict.fromkeys(short(each.artifact.digest) for each in outcome.operations if each.artifact)
        yield f"{paint('good', 'BUILT')}  #{run.number}   {' '.join(digests)}   {took}"
        yield f"Next   milepost deploy{_where(run)}"
    else:
        yield f"{done}  #{run.number} {run.verb}   {len(outcome.operations)} operations   {took}"


def _failure(outcome: Outcome, look: Look, paint: Paint) -> Iterator[str]:
    """Yield what is live, the cause with its evidence, what to type, and what the exit status means."""
    run = outcome.run
    yield paint("bad", _standing(outcome, look))
    failed = next((each for each in outcome.operations if each.failure), None)
    failure = failed.failure if failed else run.failure
    if failure:
        first, *rest = failure.message.splitlines() or [failure.code]
        yield f"Cause   {clean(first)}"
        yield from (f"        {clean(line)}" for line in rest)
    for each in failed.evidence if failed else ():
        yield f"  {each.title}"
        yield from (f"  | {clean(line)}" for line in each.text.splitlines()[-EVIDENCE_LINES:])
    yield from _next(run, failed, failure.hint if failure else "")
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


def _next(run: Run, failed: Operation | None, hint: str) -> Iterator[str]:
    """Yield commands to type after a failure."""
    if hint:
        yield f"Hint    {hint}"
    if not run.number:
        return
    yield f"Next    milepost logs --run {run.number}     milepost show {run.number}"
    if failed and failed.stage == "deploy":
        yield f"        milepost deploy {failed.app}{_where(run)} --keep-failed"


def _targets(outcome: Outcome, stage: str, look: Look) -> list[int]:
    """Return the numbers of the deployments that operations of a stage acted on."""
    done = (each for each in outcome.operations if each.stage == stage and each.status == "success")
    return sorted({held.number for each in done if (held := look.operation(each.target or ""))})


def _numbers(numbers: list[int]) -> str:
    return ", ".join(f"#{number}" for number in numbers)


def _where(run: Run) -> str:
    return "" if run.workspace == "default" else f" -w {run.workspace}"


def _seconds(run: Run) -> float | None:
    return (run.ended - run.started).total_seconds() if run.ended else None
