"""A run as it happens, as plain lines with the time; and the words that every view of a run uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from milepost.cli.phrasing import clean, clock, length
from milepost.cli.sheet import Sheet
from milepost.sdk import events

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.sdk.events import Event

BAD = ("error", "refused", "cancelled", "interrupted")
"""The statuses of what did not go well."""


class PlainRun:
    """A run as lines, each with its time, for pipes and CI."""

    def __init__(self, screen: Screen) -> None:
        """Write to the screen."""
        self._screen = screen
        self._sheet = Sheet(screen)
        self._shown: dict[type[Event], Callable[[Any], str]] = {
            events.RunStarted: began,
            events.OperationStarted: lambda event: f"{event.app} {event.label} ...",
            events.OperationFinished: self._operation,
            events.HookStarted: lambda event: f"{event.app} {event.stage} {event.when} hook: {' '.join(event.command)}",
            events.HookFinished: _hook,
            events.Said: lambda event: _prefixed(event, "  ", event.text),
        }

    def listen(self, event: Event) -> None:
        """Write the line or lines of an event, if it has any."""
        if isinstance(event, events.Output):
            self._printed(event)
            return
        self._sheet.end()
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
        """End the last line."""
        self._sheet.end()

    def _printed(self, event: events.Output) -> None:
        """Write what a program printed, as much as there is at once."""
        if not self._screen.flags.quiet:
            whose = (event.app, event.stage, event.stream)
            self._sheet.add(whose, f"{clock(event.at)} {event.app} {event.stage} | ", event.text)

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


def _prefixed(event: events.Said, mark: str, text: str) -> str:
    return "\n".join(f"{event.app} {event.stage} {mark}{line}" for line in text.splitlines())
