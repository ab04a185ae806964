"""Config sources: what is asked of one, what it answers, and what it gets of the host while it looks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Generic, Protocol, TypeVar

from msgspec import Meta, Struct

from milepost.sdk.step import Command, Result

ArgumentsT = TypeVar("ArgumentsT")

OPTIONS = ("sensitive", "default", "timeout", "cache")
"""What the project file says of any value, whatever its source: no argument of a source may have these names."""


class ValueRequest(Struct, Generic[ArgumentsT], frozen=True, kw_only=True):
    """One value that is asked of a source."""

    arguments: Annotated[ArgumentsT, Meta(description="Which value: the arguments, as the class that was offered.")]
    timeout: Annotated[float, Meta(description="How long it may take, in seconds.")] = 30.0


class ValueResult(Struct, frozen=True, kw_only=True):
    """What a source answers: the value, or why there is none."""

    value: Annotated[str | None, Meta(description="The clear text; None when it could not be had.")] = None
    missing: Annotated[
        bool, Meta(description="The source was asked and has no such value: the next source, or a default, stands in.")
    ] = False
    why: Annotated[str, Meta(description="Why there is no value; with nothing secret in it.")] = ""
    hint: Annotated[str, Meta(description="What to type or do about it.")] = ""


class SourceFacts(Struct, frozen=True, kw_only=True):
    """For whom the values are."""

    project: Annotated[str, Meta(description="The project's name.")]
    folder: Annotated[Path, Meta(description="The project's folder, absolute.")]
    home: Annotated[Path, Meta(description="The user's home folder.")]
    environment: Annotated[Mapping[str, str], Meta(description="The environment variables of the user.")]


class SourceStep(Protocol):
    """What a source gets of the host. Nothing that happens here is shown or kept."""

    @property
    def facts(self) -> SourceFacts:
        """For whom the values are."""
        ...

    def run(self, command: Command) -> Result:
        """Run a program, in the project's folder where the command names no other; its output is only returned.

        Raises CommandFailedError, DeadlineError, CancelledError.
        """
        ...

    def check(self) -> None:
        """Return at once; raises CancelledError if the work should end."""
        ...


def missing(why: str, hint: str = "") -> ValueResult:
    """Return the answer of a source that has no such value."""
    return ValueResult(missing=True, why=why, hint=hint)


def failed(why: str, hint: str = "") -> ValueResult:
    """Return the answer of a source that could not look."""
    return ValueResult(why=why, hint=hint)


AnyRequest = ValueRequest[Any]
"""A request of any source."""
