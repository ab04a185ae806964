"""What the operations of a run printed, from the history: as lines for people, as documents for programs."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from milepost.cli.moments import point
from milepost.cli.phrasing import clock, moment
from milepost.cli.render_aftermath import evidence, evidence_documents, lost, lost_lines
from milepost.cli.sheet import Sheet
from milepost.host.escapes import UNENDED, tame
from milepost.host.history.newer import WORDS
from milepost.host.history.ref import resolve_run
from milepost.host.history.replay import Printed, Replay
from milepost.sdk.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.sdk.store import HistoryStore


class Choice(NamedTuple):
    """Which of the lines are wanted."""

    app: str | None = None
    since: str | None = None
    step: str | None = None
    tail: int | None = None
    follow: bool = False


def recorded_lines(session: Session, ref: str, choice: Choice) -> None:
    """Print what the operations of a run printed; with `follow` until the run has ended."""
    if choice.follow and session.flags.output == "document":
        raise UsageError("a log that is followed has no end yet, so it is no one document", hint="--json=events")
    gc.enable()  # a run may be followed for hours
    store = session.host.store
    run = resolve_run(store, ref, session.workspace_of(ref))
    if choice.app and choice.app not in run.get("apps", ()):
        raise UnknownNameError("app", choice.app, tuple(run.get("apps", ())), hint=f"milepost show {ref}")
    replay = Replay(store, str(run["id"]), choice.app)
    wanted = _wanted(session, choice)
    batches: Iterable[list[Printed]] = replay.follow() if choice.follow else [list(replay.new())]
    shower = _Shower(session, run, " of that" if choice.step or choice.since else "")
    for number, batch in enumerate(batches):
        found = [each for each in batch if wanted(each)]
        if number == 0 and choice.step and not found and not choice.follow:
            _check_step(choice.step, batch)
        shower.show(found if number or choice.tail is None else deque(found, choice.tail))
    whole = not (choice.step or choice.since)
    shower.conclude(replay.status(), _Aftermath(store, replay) if whole else None)


class _Aftermath(NamedTuple):
    """What is known after all lines were read."""

    store: HistoryStore
    replay: Replay


class _Shower:
    """Shows lines in the form that was asked for."""

    def __init__(self, session: Session, run: dict[str, Any], narrowed: str = "") -> None:
        self._screen, self._form, self._run = session.screen, session.flags.output, run
        self._narrowed = narrowed
        self._sheet = Sheet(session.screen)
        self._kept: list[dict[str, Any]] = []
        self._shown = 0

    def show(self, lines: Iterable[Printed]) -> None:
        """Show some lines."""
        if self._form == "text":
            # All at once: a terminal or a pipe takes a thousand lines as fast as one.
            self._screen.write("".join(self._written(lines)))
            return
        for each in lines:
            if self._form == "events":
                self._screen.document("log-line", _facts(each))
            else:
                self._kept.append(_facts(each))

    def conclude(self, status: str, after: _Aftermath | None) -> None:
        """Say what is to be said at the end: after all that was printed, what explains a failure too."""
        number = self._run["number"]
        if self._form == "document":
            more = {"evidence": evidence_documents(after.replay)} if after else {}
            self._screen.document("log", {"run": number, "status": status, "lines": self._kept, **more})
        elif self._form == "events":
            self._screen.document("log-end", {"run": number, "status": status})
        else:
            self._sheet.end()
            missing = lost_lines(after.store, after.replay) if after else 0
            if missing:
                self._screen.line(lost(number, missing))
            elif not self._shown:
                nothing = f"#{number} printed nothing{self._narrowed}"
                self._screen.line(nothing if status != "running" else f"#{number} is running")
            for line in evidence(after.replay) if after else ():
                self._screen.line(line)

    def _written(self, lines: Iterable[Printed]) -> Iterator[str]:
        for (whose, at), group in groupby(lines, key=lambda each: (_whose(each), each.line.at)):
            texts = [each.line.text for each in group]
            self._shown += len(texts)
            prefix = f"{_time(at)}{' '.join(whose[1:-1])} | "
            start = 0
            # A piece is followed by another piece, or by whole lines: only the last of a text may go on.
            for place, text in enumerate(texts, 1):
                if text.endswith(UNENDED) or place == len(texts):
                    yield self._sheet.written(whose, prefix, "\n".join(texts[start:place]))
                    start = place


def _whose(printed: Printed) -> tuple[str, ...]:
    """Return what tells the writer of a line from others: the operation's id, the words that are shown, the stream."""
    operation, line = printed
    label = str(operation.get("label") or operation["stage"])
    words: tuple[str, ...] = (str(operation["app"]), label)
    if line.source not in ("plugin", f"task {label}"):
        words = (*words, line.source)
    return (str(operation["id"]), *words, line.stream)


def _facts(printed: Printed) -> dict[str, Any]:
    """Return a line as a document."""
    operation, line = printed
    facts = {"app": operation["app"], "operation": operation.get("label") or operation["stage"], **line._asdict()}
    facts["text"] = tame(line.text)
    return {**facts, "goes_on": True} if line.text.endswith(UNENDED) else facts


def _wanted(session: Session, choice: Choice) -> Callable[[Printed], bool]:
    """Return whether a line is wanted."""
    since = point("--since", choice.since, session.screen.now()) if choice.since else ""
    step = choice.step

    def wanted(printed: Printed) -> bool:
        return printed.line.at >= since and (step is None or step in _steps(printed))

    return wanted


def _steps(printed: Printed) -> tuple[str, ...]:
    """Return the words by which a line can be asked for: stage, label, source and its first word."""
    operation, line = printed
    return (str(operation["stage"]), str(operation.get("label")), line.source, line.source.partition(" ")[0])


def _check_step(step: str, lines: Iterable[Printed]) -> None:
    """See that there is, or may be, something by that name. Raises UnknownNameError naming what printed."""
    if step in WORDS["stage"] or step.partition(" ")[0] == "hook":
        return  # it need not print anything
    known = {word: None for each in lines for word in _steps(each) if word}
    if known and step not in known:
        raise UnknownNameError("step", step, tuple(known), hint=f"--step {next(iter(known))}")


def _time(at: str) -> str:
    found = moment(at)
    return f"{clock(found)} " if found else ""
