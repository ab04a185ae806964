"""Who is told of a run: people by a view that fits their terminal, programs by JSON, the log; and how it ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import msgspec

from milepost.cli.background import Background
from milepost.cli.phrasing import line_of
from milepost.cli.render_json import run_document
from milepost.cli.render_run import PlainRun
from milepost.cli.runlog import RunLog
from milepost.cli.summary import summary
from milepost.host.git import distance
from milepost.host.inquiry import status
from milepost.sdk.errors import HistoryUnreachableError
from milepost.sdk.events import Said

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.host.lifecycle.conduct import Outcome
    from milepost.sdk.events import Event


ASK_FOR = 3.0
"""How long to wait for what a platform says after a failure, in seconds."""


LAST_SAID = 10
"""How many lines of what plugins say are kept for the last words."""


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
        self._said: deque[str] = deque(maxlen=LAST_SAID)

    def listen(self, event: Event) -> None:
        """Pass on an event. A reader that has gone does not stop the run."""
        self._log.listen(event)
        if isinstance(event, Said):
            self._hear(event)
        if self._reader_gone:
            return
        try:
            self._view.listen(event)
            if self._session.flags.output == "events":
                self._session.screen.raw(_json_line(event))
        except BrokenPipeError:
            self._reader_gone = True

    def _hear(self, event: Said) -> None:
        """Keep what a plugin says for the last words, each line once."""
        text = line_of(f"{event.app}: {event.text}")
        if text not in self._said:
            self._said.append(text)

    def conclude(self, outcome: Outcome) -> None:
        """Tell how the run ended. Nothing, when the reader has gone."""
        self._log.close(f"run-{outcome.run.number}")
        if self._reader_gone:
            return
        session = self._session
        lines = self._last_words(outcome)
        if session.flags.output == "document":
            session.screen.document("run", run_document(outcome))
        if not session.flags.quiet:
            session.screen.line()
        if session.flags.output == "text" or not session.flags.quiet:
            session.screen.lines(lines)

    def _last_words(self, outcome: Outcome) -> Sequence[str]:
        """Return how the run ended, in lines; a few words where the history cannot be reached for more."""
        try:
            if outcome.is_known:
                return summary(outcome, self._background(outcome))
            note = "the history cannot be reached, so no more can be said of it"
        except HistoryUnreachableError as error:
            note = str(error)
        run = outcome.run
        failed = [f"Cause   {run.failure.message}"] if run.failure else []
        return [f"#{run.number} {run.verb}: {run.status}", *failed, f"Note    {note}", f"exit {outcome.exit_status}"]

    def _background(self, outcome: Outcome) -> Background:
        """Return what the last words need; after a failure, how the apps are now."""
        host, standing = self._session.host, {}
        if outcome.exit_status:
            found = status(host, outcome.run.workspace, outcome.run.apps, limit=ASK_FOR)
            standing = {each.app: each for each in found.apps}
        return Background(
            look=host.history,
            paint=self._session.screen.paint,
            count=lambda old, new: distance(host.project.folder, host.environment, old, new),
            standing=standing,
            said=tuple(self._said),
        )


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


def _json_line(event: Event) -> str:
    """Return an event as one line of JSON, with the schema number."""
    document = msgspec.to_builtins(event)
    return msgspec.json.encode({"schema": 1, **document}).decode()
