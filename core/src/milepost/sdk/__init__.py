"""The seam between milepost and its plugins: what most plugins need, by one import.

    from milepost.sdk import Artifact, BuilderOffer, PluginConfig, Step, hookimpl

The rest stands in the public submodules: capabilities, events, functions, request, record, source, store. Names are
imported when they are first used, so that a plugin pays for what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from milepost.sdk.artifact import CONTAINER_IMAGE, FILE_TREE, Artifact, RegistryAccess
    from milepost.sdk.config import PluginConfig, PluginState
    from milepost.sdk.deployment import (
        HTTP_ENDPOINT,
        STATIC_FILES,
        Deployment,
        Endpoint,
        Health,
        Recorded,
        Release,
        Resource,
    )
    from milepost.sdk.errors import (
        ArtifactGoneError,
        CommandFailedError,
        MilepostError,
        NotReadyError,
        OperationError,
        RefusedError,
        TrafficMovedError,
    )
    from milepost.sdk.hooks import hookimpl
    from milepost.sdk.offer import BuilderOffer, DefaultReleaser, PlatformOffer, RegistryOffer, ReleaserOffer
    from milepost.sdk.roles import Builder, Platform, Registry, Releaser
    from milepost.sdk.secret import Credential, Secret, reveal
    from milepost.sdk.step import Command, Facts, HealthCheck, Result, Step, Task

_ROOMS = {
    "artifact": ("CONTAINER_IMAGE", "FILE_TREE", "Artifact", "RegistryAccess"),
    "config": ("PluginConfig", "PluginState"),
    "deployment": (
        "HTTP_ENDPOINT",
        "STATIC_FILES",
        "Deployment",
        "Endpoint",
        "Health",
        "Recorded",
        "Release",
        "Resource",
    ),
    "errors": (
        "ArtifactGoneError",
        "CommandFailedError",
        "MilepostError",
        "NotReadyError",
        "OperationError",
        "RefusedError",
        "TrafficMovedError",
    ),
    "hooks": ("hookimpl",),
    "offer": ("BuilderOffer", "DefaultReleaser", "PlatformOffer", "RegistryOffer", "ReleaserOffer"),
    "roles": ("Builder", "Platform", "Registry", "Releaser"),
    "secret": ("Credential", "Secret", "reveal"),
    "step": ("Command", "Facts", "HealthCheck", "Result", "Step", "Task"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "CONTAINER_IMAGE",
    "FILE_TREE",
    "HTTP_ENDPOINT",
    "STATIC_FILES",
    "Artifact",
    "ArtifactGoneError",
    "Builder",
    "BuilderOffer",
    "Command",
    "CommandFailedError",
    "Credential",
    "DefaultReleaser",
    "Deployment",
    "Endpoint",
    "Facts",
    "Health",
    "HealthCheck",
    "MilepostError",
    "NotReadyError",
    "OperationError",
    "Platform",
    "PlatformOffer",
    "PluginConfig",
    "PluginState",
    "Recorded",
    "RefusedError",
    "Registry",
    "RegistryAccess",
    "RegistryOffer",
    "Release",
    "Releaser",
    "ReleaserOffer",
    "Resource",
    "Result",
    "Secret",
    "Step",
    "Task",
    "TrafficMovedError",
    "hookimpl",
    "reveal",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"milepost.sdk.{_ROOM_OF[name]}"), name)
    globals()[name] = value
    return value
