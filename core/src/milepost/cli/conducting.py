"""What all commands that change something do alike: the request, the listeners, the last word."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from milepost.cli.flags import seconds
from milepost.cli.telling import telling
from milepost.cli.tidying import tidy
from milepost.cli.variables import variables
from milepost.host.lifecycle.conduct import carry_out
from milepost.host.lifecycle.goal import BY_RECORDS
from milepost.host.lifecycle.interrupts import Interrupts
from milepost.host.lifecycle.requesting import new_request
from milepost.host.project.notes import notes
from milepost.sdk.request import Choices, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from milepost.cli.session import Session

_SWITCHES = (
    "force",
    "keep_failed",
    "independent",
    "with_dependencies",
    "dry_run",
    "require_same_secrets",
    "preempt",
    "allow_dirty",
)
CI_LOCK_TIMEOUT = 600.0
"""How long a run waits for a lock where nobody watches, in seconds."""
CI_GRACE, TERMINAL_GRACE = 6.0, 60.0
"""How long a cancelled run may take to end, in seconds: a CI system kills soon, a person can press Ctrl-C again."""


def conduct(
    session: Session,
    verb: Verb,
    apps: Sequence[str] = (),
    *,
    target: str | None = None,
    artifact: str | None = None,
    **choices: Any,
) -> int:
    """Carry out a run, tell what happens, and return the exit status. `choices` are those of the command itself.

    Among them may be `orphans`: the keys of what is to be adopted or destroyed that no record names.
    """
    gc.freeze()  # what was imported stays
    gc.enable()  # a run may last
    host = session.host
    request = new_request(
        host,
        verb,
        workspace=session.workspace,
        apps=tuple(name if verb in ("destroy", "adopt") else host.app(name) for name in apps),
        target=target,
        artifact=artifact,
        orphans=choices.pop("orphans", ()),
        variables=variables(session, by_records=verb in BY_RECORDS),
        labels=dict(session.flags.labels),
        choices=choices_of(session, choices),
        why=session.flags.why,
    )
    ask_before_protected(session, verb)
    tell_notes(session)
    with telling(session) as teller:
        outcome = carry_out(host, request, teller.listen, interrupts=Interrupts())
    teller.conclude(outcome)
    if outcome.exit_status == 0 and not request.choices.dry_run:
        tidy(session)
    return outcome.exit_status


def choices_of(session: Session, own: dict[str, Any]) -> Choices:
    """Return how the run is to be carried out."""
    given = session.given
    asked: Any = given.get("lock_timeout")
    watched = not session.screen.in_ci
    patience = seconds("--lock-timeout", asked) if asked else None if watched else CI_LOCK_TIMEOUT
    shared: dict[str, Any] = {name: bool(given.get(name)) for name in _SWITCHES}
    return Choices(
        **{**shared, **own},
        prune=not given.get("no_prune"),
        lock_timeout=patience,
        grace=TERMINAL_GRACE if watched else CI_GRACE,
    )


def ask_before_protected(session: Session, verb: Verb) -> None:
    """Have a person confirm a change in a workspace that the project protects. Raises RefusedError."""
    is_asked = verb == "destroy" or session.given.get("dry_run")
    if session.workspace in session.host.project.protected and session.screen.has_typist and not is_asked:
        session.screen.confirm(f"{session.workspace} is protected.", session.workspace)


def tell_notes(session: Session) -> None:
    """Say what stands in the project file and is not carried out."""
    for each in notes(session.host.project):
        session.screen.note(f"{each.position}: {each.message}" if each.position else each.message)
