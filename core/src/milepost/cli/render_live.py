"""The live view of a run on a terminal: finished steps above, running ones below with time and last lines."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from milepost.cli.phrasing import clean, length
from milepost.cli.render_run import BAD, began, ending, explained
from milepost.host.escapes import UNENDED, tame
from milepost.sdk import events

if TYPE_CHECKING:
    from milepost.cli.render import Screen
    from milepost.sdk.events import Event

TAIL = 4
"""How many last lines of a running step are shown."""

WIDEST = 2000
"""How much of a line is looked at: no terminal is as wide."""


class Running:
    """A step that has begun and not ended."""

    def __init__(self, event: events.OperationStarted) -> None:
        """Begin with no line."""
        self.app, self.label, self.since = event.app, event.label, event.at
        self.tail: deque[str] = deque(maxlen=TAIL)
        self._open: str | None = None

    def printed(self, text: str, stream: str) -> None:
        """Take lines; one that was told in pieces comes together again."""
        lines = text.rsplit("\n", TAIL)
        if self._open == stream and self.tail and len(lines) <= TAIL:
            lines[0] = self.tail.pop() + lines[0]
        self._open = stream if text.endswith(UNENDED) else None
        self.tail.extend(line.removesuffix(UNENDED)[:WIDEST] for line in lines[-TAIL:])


class LiveRun:
    """Draws a run while it happens, and leaves its finished lines on the screen."""

    def __init__(self, screen: Screen) -> None:
        """Begin to draw."""
        self._screen = screen
        self._running: dict[str, Running] = {}
        self._width = (4, 8, 9)
        self._asked_to_remove = False
        self._console = Console(file=screen.people, no_color=not screen.has_color, highlight=False)
        self._live = Live(console=self._console, get_renderable=self._picture, refresh_per_second=5, transient=True)
        self._live.start()

    def close(self) -> None:
        """Draw nothing more; what has ended stays."""
        self._running.clear()
        self._live.stop()

    def listen(self, event: Event) -> None:
        """Show what happened."""
        match event:
            case events.RunStarted():
                apps = max((len(name) for name in event.apps), default=0)
                self._width = (max(apps, 4), 8, 9)
                self._asked_to_remove = event.verb in ("destroy", "stop")
                self._console.print(Text(began(event), style="bold"))
            case events.OperationStarted():
                self._running[event.operation] = Running(event)
            case events.OperationFinished():
                self._end(event)
            case events.Said() | events.Output():
                self._note(event)
            case _:
                self._aside(event)

    def _end(self, event: events.OperationFinished) -> None:
        """Leave the line of a step that has ended."""
        self._running.pop(event.operation, None)
        self._live.refresh()
        label, *words = ending(event)
        bad = event.status in BAD
        # Nobody asked for these by name: they are what a release or the next run tidies up.
        aside = event.stage in ("park", "destroy") and not bad and not self._asked_to_remove
        line = Text(f"  {event.app:<{self._width[0]}}  {label:<{self._width[1]}}  ", style="dim" if aside else "")
        line.append(f"{words[0]:<{self._width[2]}}", style="red" if bad else "dim" if aside else "green")
        line.append("  " + "  ".join(words[1:]))
        self._console.print(line)
        for each in explained(event):
            self._console.print(Text(f"    {clean(each)}", style="red"))

    def _note(self, event: events.Said | events.Output) -> None:
        """Keep the last lines of the step they belong to."""
        for step in self._running.values():
            if step.app == event.app:
                step.printed(event.text, event.stream if isinstance(event, events.Output) else "said")

    def _aside(self, event: Event) -> None:
        """Show what belongs to no step."""
        match event:
            case events.Warned():
                self._console.print(Text(f"warning: {event.text}", style="yellow"))
            case events.Waiting():
                self._console.print(Text(f"waiting: {event.text}", style="yellow"))
            case events.HookStarted():
                hook = f"  {event.app}  {event.when} hook: {clean(' '.join(event.command))}"
                self._console.print(Text(hook, style="dim"), no_wrap=True, overflow="ellipsis", crop=True)
            case events.HookFinished() if event.error:
                self._console.print(Text(f"  {event.app}  {event.when} hook FAILED: {event.error}", style="red"))
            case events.Decided() if self._screen.flags.debug:
                self._console.print(Text(f"decided: {event.text}", style="dim"))

    def _picture(self) -> Group:
        """Return the steps that are running, each with its time and last lines."""
        now = self._screen.now()
        return Group(*(part for step in list(self._running.values()) for part in _drawn(step, now, self._width)))


def _drawn(step: Running, now: datetime, width: tuple[int, int, int]) -> list[Table | Text]:
    """Return one running step."""
    table = Table.grid(padding=(0, 2))
    elapsed = length((now - step.since).total_seconds())
    table.add_row(Text(f"  {step.app:<{width[0]}}"), Text(f"{step.label:<{width[1]}}"), Text(elapsed, style="cyan"))
    return [table, *(_line(line) for line in list(step.tail))]


def _line(line: str) -> Text:
    """Return a line that was printed, in its colours."""
    text = Text("    │ ", style="dim", no_wrap=True, overflow="ellipsis")
    return text.append_text(Text.from_ansi(tame(line), style="dim"))
