"""What a command works with: its flags, the host, the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from milepost.cli.flags import Flags
from milepost.cli.render import Screen

if TYPE_CHECKING:
    from milepost.host.assembly import Host


def system_host(folder: Path, environment: Mapping[str, str]) -> Host:
    """Open the host of this machine."""
    from milepost.host.assembly import open_host  # noqa: PLC0415 - help and version need no host

    return open_host(folder, environment)


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The world of the process: what a test puts its own in place of."""

    environment: Mapping[str, str]
    folder: Path
    out: TextIO
    err: TextIO
    input: TextIO
    open_host: Callable[[Path, Mapping[str, str]], Host] = system_host
    now: Callable[[], datetime] = utc_now


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
        return self.surroundings.open_host(self.flags.folder, self.environment)

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
        other = Session(replace(self.flags, workspace=workspace), self.surroundings, self.given)
        other.__dict__["host"] = self.host
        return other

    def close(self) -> None:
        """Let go of what is open."""
        if "host" in self.__dict__:
            self.host.close()
