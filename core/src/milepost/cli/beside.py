"""What stands beside the apps of a workspace: its freeze, orphans, entries that were not delivered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from milepost.host.lifecycle.freezing import frozen

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.host.assembly import Host
    from milepost.host.lifecycle.bench import Bench
    from milepost.host.orphans import Survey
    from milepost.sdk.store import Document


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is true of a workspace besides its apps."""

    freeze: Document | None = None
    """The run that froze it."""
    undelivered: int = 0
    """How many entries of this machine wait for the shared history."""
    orphans: tuple[str, ...] | None = None
    """The keys of objects that no record names; None where nobody was asked, or nobody answered."""
    serving: Mapping[str, str] = field(default_factory=dict)
    """The key of the orphan that serves of an app, by the app's name."""
    unasked: tuple[str, ...] = ()
    """Which platforms could not be asked for orphans, and why."""

    def as_document(self) -> dict[str, Any]:
        """Return it as a document has it."""
        orphans = None if self.orphans is None else list(self.orphans)
        facts = {"freeze": self.freeze, "undelivered": self.undelivered}
        found = {"orphans": orphans, "orphans_serving": dict(self.serving), "orphans_unasked": list(self.unasked)}
        return {**facts, **found}


def beside(session: Session, found: Survey | None) -> Beside:
    """Return what stands beside the apps of the session's workspace."""
    host, workspace = session.host, session.workspace
    known = Beside(freeze=frozen(host.store, workspace, session.screen.now()), undelivered=host.undelivered())
    if found is None:
        return known
    here = [each for each in found.orphans if each.sighting.workspace == workspace]
    keys = tuple(each.sighting.key for each in here)
    answered = found.asked or not found.unasked
    return Beside(
        freeze=known.freeze,
        undelivered=known.undelivered,
        orphans=keys if answered else None,
        serving={each.sighting.app: each.sighting.key for each in here if each.serves == "yes"},
        unasked=found.unasked,
    )


def surveying(host: Host, workspace: str, limit: float, bench: Bench) -> Callable[[float], Survey | None]:
    """Begin to ask for orphans while others ask for health, and return what gives the answer.

    That waits so many seconds more; None when there was none by then, or nothing could be asked.
    """
    answers: list[Survey] = []

    def ask() -> None:
        from milepost.host.orphans import survey  # noqa: PLC0415 - what is only recorded needs it not
        from milepost.sdk.errors import MilepostError  # noqa: PLC0415 - see above

        try:
            answers.append(survey(host, workspace, limit, bench, by_records=True))
        except MilepostError:
            # Each app's line says what could not be asked; `milepost orphans list` says all of it.
            return

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()

    def answer(seconds: float) -> Survey | None:
        thread.join(max(0.0, seconds))
        return answers[0] if answers else None

    return answer
