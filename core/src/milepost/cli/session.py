"""What a command works with: its flags, the host, the screen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from milepost.cli.flags import Flags
from milepost.cli.render import Screen
from milepost.cli.strays import strays
from milepost.cli.surroundings import Surroundings

if TYPE_CHECKING:
    from milepost.host.assembly import Host
    from milepost.host.project.variable_sources import ByHand


class Session:
    """One command line that is being carried out."""

    def __init__(self, flags: Flags, surroundings: Surroundings, given: Mapping[str, Any]) -> None:
        """Make it of the flags; `given` has the values of the flags about changing runs too."""
        self.flags = flags
        self.given = given
        self.surroundings = surroundings
        self.environment = surroundings.environment
        self.screen = Screen(flags, surroundings)

    @cached_property
    def host(self) -> Host:
        """The host, opened when first asked for."""
        host = self.surroundings.open_host(self.flags.folder, self.environment)
        host.by_hand = self._by_hand
        return host

    def _by_hand(self) -> ByHand:
        """Return the variables that the flags give."""
        from milepost.cli.by_hand import by_hand  # noqa: PLC0415 - lists must not pay for the language

        return by_hand(self.flags, self.environment)

    def tell_undelivered(self) -> None:
        """Say that the shared history does not know all that happened on this machine, if it does not."""
        waiting = self.host.undelivered() if self.host.is_shared else 0
        if waiting:
            self.screen.warn(
                f"{waiting} entries of this machine wait to be delivered to the history; "
                "the next command that changes something delivers them"
            )

    @property
    def workspace(self) -> str:
        """The workspace that was asked for, or the one that goes without saying. Raises UnknownNameError."""
        return self.host.workspace(self.flags.workspace)

    @property
    def asked_workspace(self) -> str | None:
        """The workspace only if somebody named one: lists show all of them otherwise."""
        named = self.flags.workspace or self.environment.get("MILEPOST_WORKSPACE")
        return self.host.workspace(self.flags.workspace) if named else None

    def workspace_of(self, ref: str) -> str:
        """Return the workspace that a REF is about: words such as `last` need one, numbers and ids do not."""
        if ref in ("last", "last-failed", "previous"):
            return self.workspace
        return self.flags.workspace or ""

    def within(self, workspace: str) -> Session:
        """Return this session with another workspace named."""
        other = Session(self.flags._replace(workspace=workspace), self.surroundings, self.given)
        other.__dict__["host"] = self.host
        return other

    def close(self) -> None:
        """Let go of what is open."""
        if "host" in self.__dict__:
            for each in strays(self.host):
                self.screen.note(each)
            self.host.close()
