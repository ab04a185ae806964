"""What a plugin must be able to do: one protocol for each role.

A role's class is made with its typed config: `FilesBuilder(config)`. What a plugin may be able to do
besides stands in `milepost.sdk.capabilities`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from milepost.sdk.artifact import Artifact
from milepost.sdk.deployment import Deployment, Health, Recorded, Release
from milepost.sdk.source import SourceStep, ValueRequest, ValueResult
from milepost.sdk.step import Step


class Builder(Protocol):
    """Makes an artifact of an app's folder."""

    def build(self, step: Step) -> Artifact:
        """Return the artifact made of `step.facts.source`; the same content must have the same digest."""
        ...


class Registry(Protocol):
    """Keeps artifacts where platforms can get them."""

    def push(self, artifact: Artifact, step: Step) -> Artifact:
        """Return the artifact as it is to be used from here on: same digest, a reference that lasts."""
        ...


class Platform(Protocol):
    """A place where artifacts run."""

    def deploy(self, artifact: Artifact | None, step: Step) -> Deployment:
        """Stage the artifact: make it ready beside what is live, and not public.

        Waits until it is ready (`step.facts.health`). Raises NotReadyError after `step.evidence(...)`;
        the host then calls `destroy` with what was recorded. With the strategies `start-first` and
        `stop-first`, prepares only: the host starts it at release by `unpark`.
        """
        ...

    def status(self, recorded: Recorded[Any], step: Step) -> Health:
        """Return how the deployment is now. A deployment that is not there is `missing`, not an error."""
        ...

    def destroy(self, recorded: Recorded[Any], step: Step) -> None:
        """Remove all that the deployment made, also what was only intended; what is gone already is no error."""
        ...


class Releaser(Protocol):
    """Opens a deployment to traffic."""

    def release(self, deployment: Recorded[Any], previous: str | None, step: Step) -> Release:
        """Send the traffic to `deployment` instead of to `previous` (an operation id; None: nothing was released).

        Drops no request. Raises TrafficMovedError, and changes nothing, when something else than
        `previous` is live; that `deployment` itself is live already is no error.
        """
        ...

    def current(self, step: Step) -> str | None:
        """Return the operation id of the deployment that gets the traffic of this app and workspace now."""
        ...

    def status(self, recorded: Recorded[Any], step: Step) -> Health:
        """Return how the release is now, as the public sees it."""
        ...

    def destroy(self, recorded: Recorded[Any], step: Step) -> None:
        """Close the app to traffic and remove the route; what is gone already is no error."""
        ...


class ConfigSource(Protocol):
    """A place where values of an app's config come from, such as a password manager; made without a config."""

    def read(self, requests: Sequence[ValueRequest[Any]], step: SourceStep) -> Sequence[ValueResult]:
        """Return an answer for each request, in their order: `missing` and `failed` say why there is no value.

        Called once for all values that are known to be needed. Raises nothing for a value that cannot be had.
        """
        ...
