"""What the parent hands to the process of an app: the request, and what of it is that app's part."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from milepost.host.history.whereabouts import Whereabouts
from milepost.sdk.record import Source, Writer
from milepost.sdk.request import Request, Verb
from milepost.sdk.store import Lease

Phase = Literal["build", "task", "deploy", "release", "destroy"]
"""The phases of a run, in their order; all apps finish one before any begins the next."""

BY_RECORDS: tuple[Verb, ...] = ("destroy", "rollback", "stop", "start", "restart", "scale", "adopt")
"""What goes by records: a mistake in today's file must not keep anybody from going back."""

PHASES: tuple[Phase, ...] = ("build", "task", "deploy", "release", "destroy")


class Goal(Struct, frozen=True, kw_only=True):
    """What a run is to do with one app; ids are those of operations. Most of it is known under the lock only."""

    artifact_of: Annotated[str | None, Meta(description="The operation whose artifact is to be deployed.")] = None
    copy: Annotated[bool, Meta(description="That artifact comes from another workspace and is copied first.")] = False
    config_of: Annotated[str | None, Meta(description="The deploy whose recorded config is used, not today's.")] = None
    release: Annotated[str | None, Meta(description="The deployment to release as it is.")] = None
    restores: Annotated[str | None, Meta(description="The release that is brought back, with its config.")] = None
    back_to: Annotated[int | None, Meta(description="The run to roll back to; None: the one before the live one.")] = (
        None
    )
    may_stay: Annotated[bool, Meta(description="A rollback of several apps leaves it: it is its first.")] = False
    destroy: Annotated[tuple[str, ...], Meta(description="The deployments to destroy.")] = ()
    close: Annotated[bool, Meta(description="Destroy all, and close the app to traffic first.")] = False


class Part(Struct, frozen=True, kw_only=True):
    """One app's part of a run."""

    request: Request
    run: Annotated[str, Meta(description="The run's id.")]
    number: Annotated[int, Meta(description="The run's number.")]
    app: str
    project: Annotated[str, Meta(description="The lowered project file, as text.")]
    phases: tuple[Phase, ...]
    goal: Goal
    leases: Annotated[tuple[Lease, ...], Meta(description="What the run holds from its beginning to its end.")] = ()
    store: Annotated[Whereabouts, Meta(description="Where the history lies; with credentials, so it is kept nowhere.")]
    writer: Annotated[Writer, Meta(description="The process that writes the run's record.")]
    source: Annotated[Source, Meta(description="What the project's folder is, as git knows it.")]


class Word(Struct, frozen=True, kw_only=True):
    """What the parent says to the process of an app, a line each; with a `go` come the locks that it holds, too."""

    go: Phase | None = None
    leases: tuple[Lease, ...] = ()
    """Of the locks; where they have file descriptors, these come along."""
    cancel: str | None = None
    end: bool = False
