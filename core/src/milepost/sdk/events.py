"""What happens in a run, told as it happens: frozen values that can be sent and stored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from milepost.sdk.record import Status
from milepost.sdk.step import Stream


class Event(Struct, frozen=True, kw_only=True, tag=True):
    """Something that happened; the kinds below say what."""

    at: Annotated[datetime, Meta(description="When, in UTC.")]
    app: Annotated[str, Meta(description="Of which app; empty for the whole run.")] = ""


class RunStarted(Event, frozen=True, kw_only=True):
    """A run has its number and its record."""

    run: Annotated[str, Meta(description="The run's id.")]
    number: Annotated[int, Meta(description="The run's number.")]
    project: Annotated[str, Meta(description="The project's name.")]
    workspace: Annotated[str, Meta(description="The workspace's name.")]
    verb: Annotated[str, Meta(description="What was asked for.")]
    apps: Annotated[tuple[str, ...], Meta(description="The apps it is about.")]
    commit: Annotated[
        str, Meta(description="The commit of the source, short, with its subject; empty when unknown.")
    ] = ""


class RunFinished(Event, frozen=True, kw_only=True):
    """A run has ended and its record says how."""

    number: Annotated[int, Meta(description="The run's number.")]
    status: Annotated[Status, Meta(description="How it ended.")]
    exit_status: Annotated[int, Meta(description="The exit status of the command.")]
    seconds: Annotated[float, Meta(description="How long it took.")]


class OperationStarted(Event, frozen=True, kw_only=True):
    """An operation is in the history and begins."""

    operation: Annotated[str, Meta(description="The operation's id.")]
    stage: Annotated[str, Meta(description="The stage, or another kind of operation.")]
    label: Annotated[str, Meta(description="What people see: the stage, or a task's name.")]


class OperationFinished(Event, frozen=True, kw_only=True):
    """An operation has ended and the history says how."""

    operation: Annotated[str, Meta(description="The operation's id.")]
    stage: Annotated[str, Meta(description="The stage, or another kind of operation.")]
    label: Annotated[str, Meta(description="What people see: the stage, or a task's name.")]
    status: Annotated[Status, Meta(description="How it ended.")]
    result: Annotated[str, Meta(description="The outcome in a word: `done`, `staged`, `live`, `FAILED`.")] = ""
    summary: Annotated[str, Meta(description="The outcome in a few words more.")] = ""
    error: Annotated[str, Meta(description="The message of the error; empty without one.")] = ""
    hint: Annotated[str, Meta(description="What to do about it.")] = ""
    urls: Annotated[tuple[str, ...], Meta(description="Where a release is public.")] = ()
    seconds: Annotated[float, Meta(description="How long it took.")] = 0.0


class HookStarted(Event, frozen=True, kw_only=True):
    """A hook of the project file begins."""

    stage: Annotated[str, Meta(description="The stage it belongs to.")]
    when: Annotated[str, Meta(description="`before`, `after`, `failure` or `always`.")]
    command: Annotated[tuple[str, ...], Meta(description="The program and its arguments, secrets masked.")]


class HookFinished(Event, frozen=True, kw_only=True):
    """A hook of the project file ended."""

    stage: Annotated[str, Meta(description="The stage it belongs to.")]
    when: Annotated[str, Meta(description="`before`, `after`, `failure` or `always`.")]
    command: Annotated[tuple[str, ...], Meta(description="The program and its arguments, secrets masked.")]
    error: Annotated[str, Meta(description="Why it failed; empty when it did not.")] = ""


class Said(Event, frozen=True, kw_only=True):
    """A plugin or the host tells people something."""

    stage: Annotated[str, Meta(description="The stage it is said in.")]
    text: Annotated[str, Meta(description="One line.")]


class Output(Event, frozen=True, kw_only=True):
    """A program printed something."""

    stage: Annotated[str, Meta(description="The stage it is printed in.")]
    stream: Annotated[Stream, Meta(description="Where it was printed.")]
    text: Annotated[
        str,
        Meta(
            description="One line or more without the end of the last, secrets masked, colours as printed. "
            "U+0017 stands at the end where the last line goes on with the next text of its stream."
        ),
    ]


class Warned(Event, frozen=True, kw_only=True):
    """Something is not as it should be, and the run goes on."""

    text: Annotated[str, Meta(description="What, and what to do.")]


class Decided(Event, frozen=True, kw_only=True):
    """Why the host did what it did; shown with `--debug`."""

    text: Annotated[str, Meta(description="The decision and its reason.")]


class Waiting(Event, frozen=True, kw_only=True):
    """The run waits for a lock."""

    text: Annotated[str, Meta(description="Who holds it, since when, doing what.")]


class PhaseFinished(Event, frozen=True, kw_only=True):
    """An app's part has done its share of a phase."""

    phase: Annotated[str, Meta(description="`build`, `task`, `deploy` or `release`.")]
    ok: Annotated[bool, Meta(description="Whether the app may go on.")]
    live_changed: Annotated[bool, Meta(description="Whether what is live is not what it was.")] = False
    error: Annotated[str, Meta(description="The message of the error; empty without one.")] = ""
    code: Annotated[str, Meta(description="The error's code.")] = ""
    exit_status: Annotated[int, Meta(description="The error's exit status; 0 without one.")] = 0
    hint: Annotated[str, Meta(description="What to type about it; empty without one.")] = ""


AnyEvent = (
    RunStarted
    | RunFinished
    | OperationStarted
    | OperationFinished
    | HookStarted
    | HookFinished
    | Said
    | Output
    | Warned
    | Decided
    | Waiting
    | PhaseFinished
)
"""All kinds of event, for decoding."""
