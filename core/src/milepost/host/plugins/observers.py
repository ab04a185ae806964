"""Observers: plugins that hear of operations and events, in the file's order, none in another's way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pluggy

from milepost.host.plugins.faults import blame, demand
from milepost.host.plugins.scan import Entry
from milepost.sdk.errors import MilepostError
from milepost.sdk.events import Event
from milepost.sdk.record import Operation

OBSERVER_HOOKS = (
    "milepost_operation_starting",
    "milepost_operation_started",
    "milepost_operation_finished",
    "milepost_event",
)
"""The hooks of the group `milepost.v1.observer`; an observer has at least one."""


class Observer:
    """One plugin's observer. Its methods raise PluginFaultError for what the plugin does wrong."""

    def __init__(self, entry: Entry, manager: pluggy.PluginManager) -> None:
        self.entry = entry
        self._hooks = manager.hook

    def starting(self, operation: Operation) -> str | None:
        """Return why the operation must not be done; None if it may."""
        doing = OBSERVER_HOOKS[0]
        with blame(self.entry, doing):
            answers = self._hooks.milepost_operation_starting(operation=operation)
        if not answers:
            return None
        return demand(self.entry, answers[0], str, doing) or f"{self.entry.word} gave no reason"

    def started(self, operation: Operation) -> None:
        """Tell that the operation begins."""
        with blame(self.entry, OBSERVER_HOOKS[1]):
            self._hooks.milepost_operation_started(operation=operation)

    def finished(self, operation: Operation) -> None:
        """Tell that the operation has ended."""
        with blame(self.entry, OBSERVER_HOOKS[2]):
            self._hooks.milepost_operation_finished(operation=operation)

    def event(self, event: Event) -> None:
        """Tell what happened."""
        with blame(self.entry, OBSERVER_HOOKS[3]):
            self._hooks.milepost_event(event=event)


class Observers:
    """All observers of a project. One that fails is reported through `warn`, and the others are still called."""

    def __init__(self, observers: Sequence[Observer], warn: Callable[[str], None]) -> None:
        self._observers = tuple(observers)
        self._listening = list(observers)
        self._warn = warn

    def starting(self, operation: Operation) -> str | None:
        """Return the first reason against the operation; an observer that fails is one, since it may guard a rule."""
        for observer in self._observers:
            try:
                reason = observer.starting(operation)
            except MilepostError as error:
                reason = str(error)
            if reason is not None:
                return reason
        return None

    def started(self, operation: Operation) -> None:
        """Tell all that the operation begins."""
        for observer in self._observers:
            self._reported(observer.started, operation)

    def finished(self, operation: Operation) -> None:
        """Tell all that the operation has ended."""
        for observer in self._observers:
            self._reported(observer.finished, operation)

    def event(self, event: Event) -> None:
        """Tell all what happened, but for those that failed at an earlier event."""
        for observer in tuple(self._listening):
            try:
                observer.event(event)
            except MilepostError as error:
                # Before the warning: it is an event too, and must not come back to this observer.
                self._listening.remove(observer)
                self._warn(f"{error}; it hears of no more events")

    def _reported(self, tell: Callable[[Operation], None], operation: Operation) -> None:
        """Call one observer and turn its failure into a warning."""
        try:
            tell(operation)
        except MilepostError as error:
            self._warn(str(error))
