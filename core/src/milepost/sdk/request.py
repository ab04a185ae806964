"""What somebody asks of milepost, as a value that can be sent, stored and carried out elsewhere."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Verb = Literal[
    "up",
    "build",
    "deploy",
    "release",
    "redeploy",
    "restart",
    "stop",
    "start",
    "scale",
    "rollback",
    "promote",
    "destroy",
    "adopt",
]
"""What a run can do."""


class Variable(Struct, frozen=True, kw_only=True):
    """A value for a `variable` of the project file; a secret one may be named, not carried."""

    name: Annotated[str, Meta(description="The variable's name.")]
    value: Annotated[str | None, Meta(description="The value; None where it is only named.")] = None
    form: Annotated[
        Literal["text", "json"],
        Meta(description="How `value` is written: as a text that the variable's type gives a meaning, or as JSON."),
    ] = "text"
    environment: Annotated[str | None, Meta(description="The environment variable that holds the value.")] = None
    file: Annotated[str | None, Meta(description="The absolute path of the variable file that holds the value.")] = None
    source: Annotated[
        str, Meta(description="Where it was given, for messages: `--var`, `MILEPOST_VAR_tag`, `prod.mpvars:3:9`.")
    ] = "--var"
    found: Annotated[
        bool, Meta(description="Whether it was found in the environment or in a file that nobody named.")
    ] = False


class Choices(Struct, frozen=True, kw_only=True):
    """How a run is to be carried out, where the default is not wanted."""

    force: Annotated[bool, Meta(description="Deploy although nothing has changed.")] = False
    keep_failed: Annotated[bool, Meta(description="Leave what a failed deploy made, to be looked at.")] = False
    independent: Annotated[bool, Meta(description="Each app goes its own way; a failed one stops no other.")] = False
    with_dependencies: Annotated[bool, Meta(description="Also carry out what the apps depend on.")] = False
    prune: Annotated[bool, Meta(description="Destroy what `keep_releases` no longer wants.")] = True
    require_same_secrets: Annotated[bool, Meta(description="A rollback stops when a secret has changed since.")] = False
    dry_run: Annotated[bool, Meta(description="Say what would be done, and do nothing.")] = False
    preempt: Annotated[bool, Meta(description="Cancel whoever holds the lock, and wait for its end.")] = False
    allow_dirty: Annotated[
        bool, Meta(description="Go on in a protected workspace although something is not committed.")
    ] = False
    live: Annotated[bool, Meta(description="A destroy may take what is live: it was named as such.")] = False
    volumes: Annotated[
        bool, Meta(description="A destroy takes the data of the apps along: somebody typed their name.")
    ] = False
    weight: Annotated[
        int | None, Meta(description="A release sends so many percent of the traffic, and the rest stays.")
    ] = None
    finish: Annotated[bool, Meta(description="A release of what gets a part of the traffic now.")] = False
    abort: Annotated[bool, Meta(description="All traffic goes to what is live again.")] = False
    replicas: Annotated[dict[str, int], Meta(description="Of a scale: app → how many replicas.")] = {}
    lock_timeout: Annotated[
        float | None, Meta(description="How long to wait for a lock, in seconds; None for ever.")
    ] = None
    grace: Annotated[float, Meta(description="How long a cancelled run may take to end, in seconds.")] = 60.0


class Request(Struct, frozen=True, kw_only=True):
    """A run that somebody asks for."""

    id: Annotated[str, Meta(description="The run's id, made by the one who asks: the same request twice is one run.")]
    verb: Annotated[Verb, Meta(description="What to do.")]
    project: Annotated[str, Meta(description="The project's name.")]
    folder: Annotated[str, Meta(description="The absolute folder of the project file.")]
    workspace: Annotated[str, Meta(description="The workspace to do it in.")] = "default"
    apps: Annotated[tuple[str, ...], Meta(description="The apps; none named: all.")] = ()
    target: Annotated[str | None, Meta(description="The REF to release, roll back to, promote or destroy.")] = None
    artifact: Annotated[
        str | None, Meta(description="The REF of a build to deploy; None: the newest of the workspace.")
    ] = None
    orphans: Annotated[
        tuple[str, ...], Meta(description="The exact keys of objects to adopt or destroy that no record names.")
    ] = ()
    variables: Annotated[tuple[Variable, ...], Meta(description="Values for the project file's variables.")] = ()
    labels: Annotated[dict[str, str], Meta(description="Labels that win over those of the project file.")] = {}
    choices: Annotated[Choices, Meta(description="How to do it.")] = Choices()
    why: Annotated[str, Meta(description="The reason, for those who read the history.")] = ""
    user: Annotated[str, Meta(description="Who asks.")] = ""
    host: Annotated[str, Meta(description="On which machine.")] = ""
    ci: Annotated[str | None, Meta(description="The CI job it is asked from, if it is.")] = None
