"""The step: all that a plugin gets of the host while it works on one operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Protocol

from msgspec import Meta, Struct

from milepost.sdk.artifact import RegistryAccess
from milepost.sdk.config import PluginState
from milepost.sdk.secret import Secret

Strategy = Literal["blue-green", "start-first", "stop-first"]
"""`blue-green` runs the new one beside the old and then switches; `start-first` and `stop-first` start the new one at
release, before or after the old one stops."""

Stream = Literal["stdout", "stderr"]
"""Where a program printed something."""


class HealthCheck(Struct, frozen=True, kw_only=True):
    """How to tell that a deployment is ready: the `health` block of an app."""

    path: Annotated[
        str | None, Meta(description="HTTP path that must answer; without it, an accepted connection is enough.")
    ] = None
    status: Annotated[
        tuple[int, ...], Meta(description="HTTP statuses that count as healthy; none given: 200 to 399.")
    ] = ()
    timeout: Annotated[float, Meta(description="How long a new deployment may take until it is ready, in seconds.")] = (
        60.0
    )
    interval: Annotated[float, Meta(description="How long to wait between two looks, in seconds.")] = 0.25


class Task(Struct, frozen=True, kw_only=True):
    """A command that runs once in the new artifact, on the platform: the `task` block of a deploy."""

    name: Annotated[str, Meta(description="The name in the project file.")]
    command: Annotated[tuple[str, ...], Meta(description="The program and its arguments; no shell.")]
    timeout: Annotated[float, Meta(description="Its limit in seconds.")] = 600.0


class Command(Struct, frozen=True, kw_only=True):
    """A program to run, as a value: build it, compare it in a test, let the step run it."""

    argv: Annotated[tuple[str, ...], Meta(description="The program and its arguments; no shell.")]
    cwd: Annotated[str | None, Meta(description="Its working folder; the app's folder when not given.")] = None
    env: Annotated[Mapping[str, str | Secret], Meta(description="Added to the user's environment.")] = {}
    isolated: Annotated[bool, Meta(description="Its environment is `env`, and nothing of the user's.")] = False
    input: Annotated[bytes | None, Meta(description="What it reads on standard input; nothing when not given.")] = None
    detach: Annotated[
        bool, Meta(description="It outlives the run; `log` gets what it prints, and nobody waits for it.")
    ] = False
    log: Annotated[str | None, Meta(description="The file that gets the output of a detached program.")] = None
    attach: Annotated[
        bool, Meta(description="It has the user's terminal; its output is neither kept nor returned.")
    ] = False
    quiet: Annotated[bool, Meta(description="Its output is returned only, not shown or kept.")] = False
    check: Annotated[bool, Meta(description="Another status than 0 raises CommandFailedError.")] = True
    timeout: Annotated[float | None, Meta(description="Its limit in seconds, beside that of the step.")] = None


class Result(Struct, frozen=True, kw_only=True):
    """How a program ended, or, for a detached one, how to find it."""

    status: Annotated[int, Meta(description="The exit status; minus the signal's number if one ended it.")]
    stdout: Annotated[bytes, Meta(description="What it printed on standard output.")] = b""
    stderr: Annotated[bytes, Meta(description="What it printed on standard error.")] = b""
    pid: Annotated[int, Meta(description="Its process id, which is its process group and session too.")] = 0


class Facts(Struct, frozen=True, kw_only=True):
    """What the step is about: ids and numbers, names, folders, values to inject."""

    run: Annotated[int, Meta(description="The number of the run in the project, as in `#118`; 0 outside a run.")]
    operation: Annotated[str, Meta(description="The id of this operation; names of outside objects are made from it.")]
    stage: Annotated[
        str, Meta(description="The stage of the operation, such as `deploy` or `unpark`; `status` where it only asks.")
    ]
    project: Annotated[str, Meta(description="The project's name.")]
    app: Annotated[str, Meta(description="The app's name.")]
    workspace: Annotated[str, Meta(description="The workspace's name.")]
    source: Annotated[Path, Meta(description="The app's folder.")]
    home: Annotated[Path, Meta(description="The user's home folder.")]
    data: Annotated[Path, Meta(description="A durable folder of this plugin and user, the same for all projects.")]
    scratch: Annotated[Path, Meta(description="An empty folder that is removed after the operation.")]
    environment: Annotated[Mapping[str, str], Meta(description="The environment variables of the user.")]
    own: Annotated[
        tuple[Path, ...],
        Meta(description="Folders of milepost itself, which are never part of a build or of its digest."),
    ] = ()
    store: Annotated[str, Meta(description="The id of the history store, for labels on outside objects.")] = ""
    labels: Annotated[Mapping[str, str], Meta(description="The labels of project, app, stage and run.")] = {}
    env: Annotated[
        Mapping[str, str | Secret], Meta(description="The app's configuration, to be its environment variables.")
    ] = {}
    files: Annotated[
        Mapping[str, str | Secret], Meta(description="The files of the app's configuration: path → content.")
    ] = {}
    health: Annotated[HealthCheck, Meta(description="How to tell that a deployment is ready.")] = HealthCheck()
    strategy: Annotated[
        Strategy, Meta(description="With `start-first` and `stop-first`, deploy prepares and starts nothing.")
    ] = "blue-green"
    port: Annotated[
        int | None, Meta(description="The port on which the app is public, where the project file says one.")
    ] = None
    hosts: Annotated[tuple[str, ...], Meta(description="The host names under which the app is public.")] = ()
    previous: Annotated[
        str | None, Meta(description="The operation id of the deployment that is live before this one.")
    ] = None
    registry: Annotated[
        RegistryAccess | None,
        Meta(
            description="Of a build: where a builder that can may push by itself. Of a deploy or task: how the "
            "artifact is pulled. Of a push that copies from another workspace: how it is pulled from there."
        ),
    ] = None
    targets: Annotated[
        tuple[str, ...],
        Meta(
            description="Of a build: what the app's platform runs, such as `linux/arm64`, where it could say so and "
            "the builder's offer `wants_targets`."
        ),
    ] = ()
    volumes: Annotated[
        bool, Meta(description="Of a destroy: the data goes too; somebody has asked for it by name.")
    ] = False


class Step(Protocol):
    """What a plugin gets of the host for one operation. A call after a cancel raises CancelledError."""

    @property
    def facts(self) -> Facts:
        """What the step is about."""
        ...

    def run(self, command: Command) -> Result:
        """Run a program in a session of its own; it is in the history before it can do anything.

        Raises CommandFailedError (status and last lines), DeadlineError, CancelledError.
        """
        ...

    def key(self, name: str = "") -> str:
        """Return a key for an outside object that is unique to this operation and the same at each call."""
        ...

    def intend(self, kind: str, key: str) -> None:
        """Say, durably, that the object `key` is about to be made."""
        ...

    def created(self, key: str, id: str) -> None:
        """Say, durably, that the object `key` exists now and is called `id` by its platform."""
        ...

    def save(self, state: PluginState) -> None:
        """Keep the plugin's own document, durably; a later one replaces it."""
        ...

    def evidence(self, title: str, text: str) -> None:
        """Keep what explains a failure (events, last log lines, an exit code) before anything is cleaned up."""
        ...

    def exclusive(self, key: str) -> AbstractContextManager[None]:
        """Hold a lock on an object outside that apps, runs or projects share, while the context lasts."""
        ...

    def mask(self, text: str) -> None:
        """Never show or keep `text` from now on, in any of its common encodings."""
        ...

    def say(self, text: str) -> None:
        """Tell people what is going on, in one line."""
        ...

    def output(self, text: str, stream: Stream = "stdout") -> None:
        """Keep and show what a tool printed."""
        ...

    def now(self) -> datetime:
        """Return the time, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait. Raises CancelledError or DeadlineError as soon as there is a reason to."""
        ...

    def wait(self, what: str, seconds: float, done: Callable[[], bool], interval: float = 0.1) -> None:
        """Wait until `done()` holds. Raises DeadlineError naming `what` after `seconds`, or CancelledError."""
        ...

    def check(self) -> None:
        """Return at once; raises CancelledError or DeadlineError if the work should end."""
        ...
