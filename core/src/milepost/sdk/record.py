"""The documents of the history: runs, and the operations they carried out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from milepost.sdk.artifact import Artifact
from milepost.sdk.deployment import Deployment, Health, Release, Resource

Status = Literal["running", "success", "unchanged", "error", "refused", "cancelled", "interrupted"]
"""How far an operation or a run is. `interrupted`: whoever wrote it died before its end."""

Stage = Literal["build", "push", "task", "deploy", "release", "destroy", "park", "unpark", "weigh", "scale"]
"""What an operation does."""

Presence = Literal["starting", "prepared", "staged", "parked", "released", "superseded", "destroyed", "forgotten"]
"""Where the objects of a deployment stand. `released`: it was released at least once and was not parked since."""

SCHEMA = 1
"""The version of the documents, written into each."""


class Writer(Struct, frozen=True, kw_only=True):
    """The process that writes a record, so that anybody can see whether it still lives."""

    pid: int
    started: Annotated[str, Meta(description="When the process started, as the system counts it.")]
    boot: Annotated[str, Meta(description="The boot of the machine it runs in.")]
    host: str


class Source(Struct, frozen=True, kw_only=True):
    """What the artifact was made of."""

    folder: str
    commit: str | None = None
    branch: str | None = None
    subject: str | None = None
    dirty: bool | None = None


class PluginStamp(Struct, frozen=True, kw_only=True):
    """Which plugin did it."""

    role: str
    word: str
    distribution: str
    version: str
    api: str


class Failure(Struct, frozen=True, kw_only=True):
    """Why an operation or a run did not succeed."""

    code: str
    message: str
    hint: str = ""


class Evidence(Struct, frozen=True, kw_only=True):
    """What explains a failure, kept before anything was cleaned up."""

    title: str
    text: str


class HookRun(Struct, frozen=True, kw_only=True):
    """A hook that was run around an operation."""

    when: str
    command: Annotated[tuple[str, ...], Meta(description="The program and its arguments, secrets masked.")]
    seconds: float
    error: str = ""
    status: Annotated[
        int | None,
        Meta(description="Its exit status; None where it could not start, or was ended at its limit or by a cancel."),
    ] = None


class Timing(Struct, frozen=True, kw_only=True):
    """How long a part of an operation took."""

    part: Annotated[
        str,
        Meta(
            description="`observers`, `hooks before`, `plugin`, `start`, `stop`, `status`, `verify`, `clean-up`, "
            "`going back`, `hooks after`, `hooks failure`, `hooks always`."
        ),
    ]
    seconds: Annotated[float, Meta(description="Without the parts that stood in it, which are told apart.")]


Reporter = Literal["platform", "releaser", "verify"]
"""Who answered how something is."""


class StatusReport(Struct, frozen=True, kw_only=True):
    """How a deployment or a release was, as somebody answered who was asked during an operation."""

    at: Annotated[datetime, Meta(description="When the answer came.")]
    health: Annotated[Health, Meta(description="The answer; `unknown` with the reason where there was none.")]
    of: Annotated[str, Meta(description="The id of the operation that made what was asked about.")] = ""
    by: Annotated[Reporter, Meta(description="Who answered.")] = "platform"


class Run(Struct, frozen=True, kw_only=True):
    """What a person asked for, and how it ended."""

    id: str
    project: str
    workspace: str
    verb: str
    apps: tuple[str, ...]
    started: datetime
    writer: Writer
    source: Source
    kind: Literal["run"] = "run"
    schema: int = SCHEMA
    number: Annotated[int, Meta(description="Given by the store, never again.")] = 0
    status: Status = "running"
    ended: datetime | None = None
    request: dict[str, Any] = {}
    user: str = ""
    host: str = ""
    ci: str | None = None
    why: str = ""
    failure: Failure | None = None
    exit_status: int | None = None
    labels: dict[str, str] = {}
    command: Annotated[tuple[str, ...], Meta(description="Of an `exec`: what was run, secrets masked.")] = ()
    target: Annotated[str | None, Meta(description="What it acted on: a deployment's id, a lock's name.")] = None
    until: Annotated[datetime | None, Meta(description="Of a `freeze`: when it ends by itself.")] = None
    holder: Annotated[
        dict[str, Any] | None, Meta(description="Of a `break`: who held the lock, as they had written there.")
    ] = None
    store: Annotated[str | None, Meta(description="The store it was brought from; none for this store's own.")] = None
    milepost: Annotated[str, Meta(description="The version of milepost that wrote it.")] = ""


class Operation(Struct, frozen=True, kw_only=True):
    """One stage, task or clean-up that a run carried out for one app."""

    id: str
    run: Annotated[str, Meta(description="The id of the run.")]
    number: Annotated[int, Meta(description="The number of the run.")]
    project: str
    workspace: str
    app: str
    stage: Stage
    started: datetime
    writer: Writer
    kind: Literal["operation"] = "operation"
    schema: int = SCHEMA
    sequence: Annotated[int, Meta(description="Given by the store: of its app's operations of this stage, which.")] = 0
    label: Annotated[str, Meta(description="What people see: the stage, or a task's name.")] = ""
    command: Annotated[tuple[str, ...], Meta(description="Of a task: what was run, secrets masked.")] = ()
    status: Status = "running"
    ended: datetime | None = None
    plugin: PluginStamp | None = None
    config: Annotated[
        dict[str, Any] | None, Meta(description="The plugin's config with its version; secrets as references.")
    ] = None
    facts: Annotated[
        dict[str, Any] | None,
        Meta(description="What else of the app's config a rollback needs: env, health, strategy, port, hosts."),
    ] = None
    fingerprint: Annotated[
        str | None, Meta(description="Of artifact and config; None means unknown, never changed.")
    ] = None
    labels: dict[str, str] = {}
    user: Annotated[str, Meta(description="Who asked for the run.")] = ""
    ci: Annotated[str | None, Meta(description="The CI job it was asked from.")] = None
    why: Annotated[str, Meta(description="The reason that was given for the run.")] = ""
    source: Annotated[Source | None, Meta(description="What its artifact was made of.")] = None
    artifact: Annotated[Artifact | None, Meta(description="Made by a build or push, or deployed.")] = None
    build: Annotated[str | None, Meta(description="The id of the build or push whose artifact is deployed.")] = None
    gone: Annotated[
        str,
        Meta(
            description="Of a build or push: why its artifact is no longer kept, such as `deleted by #12`; of a "
            "deploy: why its platform no longer has it. Empty while nobody has found otherwise."
        ),
    ] = ""
    state: Annotated[dict[str, Any] | None, Meta(description="The plugin's own document with its version.")] = None
    resources: Annotated[tuple[Resource, ...], Meta(description="What it meant to make outside.")] = ()
    processes: Annotated[
        tuple[Writer, ...], Meta(description="The programs it started and has not seen the end of.")
    ] = ()
    generation: Annotated[str | None, Meta(description="The outside object that an in-place deploy changed.")] = None
    deployment: Annotated[Deployment | None, Meta(description="What the platform answered.")] = None
    presence: Annotated[
        Presence | None, Meta(description="Where the deployment's objects stand; None for other operations.")
    ] = None
    release: Annotated[Release | None, Meta(description="What the releaser answered.")] = None
    target: Annotated[
        str | None, Meta(description="The id of the operation this one acts on: of a release, its deployment.")
    ] = None
    previous: Annotated[str | None, Meta(description="The deployment that was live before this release.")] = None
    weight: Annotated[
        int | None,
        Meta(description="Of a `weigh`: how many percent of the traffic its target is to get; 0: none more."),
    ] = None
    replicas: Annotated[int | None, Meta(description="Of a `scale`: how many replicas its target is to have.")] = None
    restores: Annotated[str | None, Meta(description="The earlier release that this release brings back.")] = None
    same_as: Annotated[str | None, Meta(description="Of an `unchanged` one, the id of the operation that holds.")] = (
        None
    )
    failure: Failure | None = None
    evidence: tuple[Evidence, ...] = ()
    hooks: tuple[HookRun, ...] = ()
    timings: Annotated[
        tuple[Timing, ...], Meta(description="How long its parts took, in the order in which they began.")
    ] = ()
    reports: Annotated[
        tuple[StatusReport, ...], Meta(description="What was answered about its deployment or release, in order.")
    ] = ()
    warnings: tuple[str, ...] = ()
    printed: Annotated[int | None, Meta(description="How many lines it printed; None while that is not known.")] = None
    unkept: Annotated[
        int, Meta(description="How many lines of its output were not kept: they were too many, or lost since.")
    ] = 0
    store: Annotated[str | None, Meta(description="The store it was brought from; none for this store's own.")] = None
    milepost: Annotated[str, Meta(description="The version of milepost that wrote it.")] = ""
