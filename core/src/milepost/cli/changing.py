"""The way from a command that changes something to its run; what a run needs is imported only for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from milepost.cli.session import Session
    from milepost.sdk.request import Verb


def change(
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
    from milepost.cli.conducting import conduct  # noqa: PLC0415 - help must not wait for it

    return conduct(session, verb, apps, target=target, artifact=artifact, **choices)
