"""What platforms and releasers make and tell: deployments, endpoints, releases, health, outside objects."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from msgspec import Meta, Struct

from milepost.sdk.artifact import Artifact
from milepost.sdk.config import PluginState

HTTP_ENDPOINT = "http-endpoint/1"
"""A process that answers HTTP. `address` is `http://HOST:PORT`."""

STATIC_FILES = "static-files/1"
"""A folder to be served as it is. `address` is its absolute path."""

HealthName = Literal["ready", "partial", "alive", "parked", "down", "missing", "unknown"]
"""`ready` serves; `partial` serves with fewer replicas than asked; `alive` runs and is not ready; `parked` was
stopped on purpose and can be started again; `down` exists and does not run; `missing` is not there any more;
`unknown` could not be asked."""

StateT = TypeVar("StateT", bound=PluginState)


class Endpoint(Struct, frozen=True, kw_only=True):
    """A way in to a deployment, for a releaser to send traffic to."""

    kind: Annotated[str, Meta(description="What it is, with a schema version, such as `http-endpoint/1`.")]
    address: Annotated[str, Meta(description="Where it is; the kind says in which form.")]


class Deployment(Struct, frozen=True, kw_only=True):
    """An artifact that a platform has made ready, and that is not public yet where the platform can stage."""

    endpoints: Annotated[
        tuple[Endpoint, ...], Meta(description="The ways in, one for each replica; none for a worker.")
    ] = ()
    url: Annotated[str | None, Meta(description="Where people can look at it while it is staged.")] = None
    details: Annotated[
        dict[str, Any], Meta(description="JSON values that the project file reads as `deploy.NAME`.")
    ] = {}


class Release(Struct, frozen=True, kw_only=True):
    """A deployment that was opened to traffic."""

    urls: Annotated[tuple[str, ...], Meta(description="Where it is public, the best one first.")] = ()
    drain_until: Annotated[
        datetime | None, Meta(description="Until when the one before may still answer requests that had begun; UTC.")
    ] = None


class Replica(Struct, frozen=True, kw_only=True):
    """How one replica of a deployment is right now."""

    name: Annotated[str, Meta(description="Which one, as `logs` names it too.")]
    health: Annotated[HealthName, Meta(description="The state in one word.")]
    message: Annotated[str, Meta(description="Why, for people.")] = ""
    restarts: Annotated[int, Meta(description="How often it was started again by itself.")] = 0


class Health(Struct, frozen=True, kw_only=True):
    """How a deployment or a release is right now."""

    name: Annotated[HealthName, Meta(description="The state in one word.")]
    message: Annotated[str, Meta(description="Why, for people.")] = ""
    ready: Annotated[int | None, Meta(description="How many replicas are ready; None where that means nothing.")] = None
    wanted: Annotated[int | None, Meta(description="How many replicas there should be.")] = None
    replicas: Annotated[tuple[Replica, ...], Meta(description="Each replica, where there is more to say of them.")] = ()
    warnings: Annotated[
        tuple[str, ...], Meta(description="What people should know though it serves, such as a disk that fills up.")
    ] = ()


class Resource(Struct, frozen=True, kw_only=True):
    """An object outside milepost that an operation meant to make: written down before it exists."""

    kind: Annotated[str, Meta(description="What it is in the platform's words: `process`, `folder`, `container`.")]
    key: Annotated[str, Meta(description="Its exact name, label or token, made from the operation's id.")]
    id: Annotated[str | None, Meta(description="What the platform called it; None when it was only intended.")] = None
    labels: Annotated[
        dict[str, str], Meta(description="What it is labelled with, where a platform was asked to find it.")
    ] = {}


class Recorded(Struct, Generic[StateT], frozen=True, kw_only=True):
    """What the history knows of an earlier deploy or release, given back to the plugin that did it."""

    operation: Annotated[str, Meta(description="The id of the operation that made it.")]
    state: Annotated[
        StateT | None, Meta(description="The plugin's own document, as last saved; None if it died too early.")
    ] = None
    resources: Annotated[tuple[Resource, ...], Meta(description="All that was intended, in order.")] = ()
    artifact: Annotated[Artifact | None, Meta(description="What was deployed.")] = None
    deployment: Annotated[Deployment | None, Meta(description="What the platform answered; None if it did not.")] = None
