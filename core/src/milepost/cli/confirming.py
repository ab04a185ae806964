"""What has to be typed before something is destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from milepost.sdk.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from milepost.cli.session import Session


def confirm_destroy(session: Session, what: Sequence[str], given: str | None) -> None:
    """Have the workspace's name typed, unless `--yes` was given. Raises RefusedError, UsageError."""
    if given is not None:
        raise UsageError("--confirm is for --volumes", hint="milepost destroy --yes")
    named = ", ".join(what or ["every app"])
    session.screen.confirm(f"This removes {named} from {session.workspace}.", session.workspace)


def confirm_volumes(session: Session, apps: Sequence[str], ref: str | None, given: str | None) -> None:
    """Have the name of what loses its data typed, or given: `WORKSPACE/APP`, of several apps the workspace's.

    Raises RefusedError, and UsageError for one deployment alone: others of the app may use the same volume.
    """
    if ref is not None:
        raise UsageError(
            f"--volumes means all of an app: no REF such as {ref}, which is one deployment",
            hint="milepost destroy APP --volumes",
        )
    name = f"{session.workspace}/{apps[0]}" if len(apps) == 1 else session.workspace
    whose = ", ".join(apps) or "every app"
    typed = given if given is not None else _typed(session, whose, name)
    if typed != name:
        raise RefusedError(
            f"not confirmed: expected {name}, found {typed!r}; nothing was changed", hint=f"--confirm {name}"
        )


def _typed(session: Session, whose: str, name: str) -> str:
    """Return what somebody types. Raises RefusedError where nobody can."""
    screen, place = session.screen, session.workspace
    if not screen.can_ask:
        raise RefusedError(
            f"the volumes of {whose} in {place} go only when their name is given", hint=f"add --confirm {name}"
        )
    question = f"This removes {whose} from {place} with all data in its volumes, for ever. Type {name} to go on:"
    return screen.ask(question)
