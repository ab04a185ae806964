"""A run as it happens: plain lines with the time when piped, a live view on a terminal, JSON lines for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from milepost.cli.phrasing import clean, clock, length
from milepost.cli.render_json import run_document
from milepost.cli.runlog import RunLog
from milepost.cli.summary import summary
from milepost.sdk import events

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.cli.session import Session
    from milepost.host.lifecycle.conduct import Outcome
    from milepost.sdk.events import Event

BAD = ("error", "refused", "cancelled", "interrupted")
"""The statuses of what did not go well."""


class View(Protocol):
    """Shows a run to people."""

    def listen(self, event: Event) -> None:
        """Show what happened."""
        ...

    def close(self) -> None:
        """Show nothing more."""
        ...


class Teller:
    """Tells everybody who wants to know of a run's events, then of its end."""

    def __init__(self, session: Session, view: View) -> None:
        """Make it for a session, with a view for people."""
        self._session, self._view = session, view
        self._log = RunLog(session.host.folders.state, session.screen.now())
        self._reader_gone = False
        self._notes: dict[str, str] = {}

    def listen(self, event: Event) -> None:
        """Pass on an event. A reader that has gone does not stop the run."""
        self._log.listen(event)
        if isinstance(event, events.OperationFinished):
            self._notes[event.operation] = event.summary
        if self._reader_gone:
            return
        try:
            self._view.listen(event)
            if self._session.flags.output == "events":
                self._session.screen.raw(_json_line(event))
        except BrokenPipeError:
            self._reader_gone = True

    def conclude(self, outcome: Outcome) -> None:
        """Tell how the run ended. Nothing, when the reader has gone."""
        self._log.close(f"run-{outcome.run.number}")
        if self._reader_gone:
            return
        session = self._session
        lines = summary(outcome, session.host.history, session.screen.paint, self._notes)
        if session.flags.output == "document":
            session.screen.document("run", run_document(outcome))
        if not session.flags.quiet:
            session.screen.line()
        if session.flags.output == "text" or not session.flags.quiet:
            session.screen.lines(lines)


@contextmanager
def telling(session: Session) -> Iterator[Teller]:
    """Give the teller of a session's run; the live view lasts as long as the context."""
    view: View
    if session.screen.is_live:
        from milepost.cli.render_live import LiveRun  # noqa: PLC0415 - rich is slow, and a pipe needs none

        view = LiveRun(session.screen)
    else:
        view = PlainRun(session.screen)
    try:
        yield Teller(session, view)
    finally:
        view.close()


class PlainRun:
    """A run as lines, each with its time, for pipes and CI."""

    def __init__(self, screen: Screen) -> None:
        """Write to the screen."""
        self._screen = screen
        self._shown: dict[type[Event], Callable[[Any], str]] = {
            events.RunStarted: began,
            events.OperationStarted: lambda event: f"{event.app} {event.label} ...",
            events.OperationFinished: self._operation,
            events.HookStarted: lambda event: f"{event.app} {event.stage} {event.when} hook: {' '.join(event.command)}",
            events.HookFinished: _hook,
            events.Said: lambda event: _prefixed(event, "  ", event.text),
            events.Output: lambda event: _prefixed(event, "| ", event.text),
        }

    def listen(self, event: Event) -> None:
        """Write the line or lines of an event, if it has any."""
        if isinstance(event, events.Warned):
            self._screen.warn(event.text)
        elif isinstance(event, events.Waiting):
            self._screen.progress(f"{clock(event.at)} waiting: {event.text}")
        elif isinstance(event, events.Decided):
            if self._screen.flags.debug:
                self._screen.line(f"{clock(event.at)} decided: {event.text}")
        elif show := self._shown.get(type(event)):
            for line in show(event).splitlines():
                self._screen.progress(f"{clock(event.at)} {clean(line)}")

    def close(self) -> None:
        """Nothing is open."""

    def _operation(self, event: events.OperationFinished) -> str:
        """Return the line of an operation's end, and its error below."""
        return "\n".join([f"{event.app} {' '.join(ending(event))}", *(f"  {line}" for line in explained(event))])


def began(event: events.RunStarted) -> str:
    """Return the first line of a run: what, where, which number, made of what."""
    parts = [f"{event.project} → {event.workspace}", f"#{event.number} {event.verb} {', '.join(event.apps)}".rstrip()]
    return "   ".join([*parts, event.commit] if event.commit else parts)


def ending(event: events.OperationFinished) -> list[str]:
    """Return the words of an operation's end: label, result, summary, how long it took."""
    result = event.result or ("FAILED" if event.status in BAD else event.status)
    return [part for part in (event.label, result, event.summary, length(event.seconds)) if part]


def explained(event: events.OperationFinished) -> list[str]:
    """Return why an operation did not succeed, in one line; the end of the run tells the rest."""
    return event.error.splitlines()[:1]


def _hook(event: events.HookFinished) -> str:
    return f"{event.app} {event.stage} {event.when} hook FAILED: {event.error}" if event.error else ""


def _prefixed(event: events.Said | events.Output, mark: str, text: str) -> str:
    return "\n".join(f"{event.app} {event.stage} {mark}{line}" for line in text.splitlines())


def _json_line(event: Event) -> str:
    """Return an event as one line of JSON, with the schema number."""
    document = msgspec.to_builtins(event)
    return msgspec.json.encode({"schema": 1, **document}).decode()
