"""What the host is told of each role before it runs, and the way to the class that does the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milepost.sdk import (
    FILE_TREE,
    HTTP_ENDPOINT,
    STATIC_FILES,
    BuilderOffer,
    DefaultReleaser,
    PlatformOffer,
    RegistryOffer,
)
from milepost_local.config import FilesConfig, FilesRegistryConfig, LocalConfig, LocalState

if TYPE_CHECKING:
    from milepost_local.files import FilesBuilder, FilesRegistry
    from milepost_local.platform import LocalPlatform


def files_builder() -> BuilderOffer:
    """Return the offer of the builder `files`."""
    return BuilderOffer(config=FilesConfig, produces=lambda config: FILE_TREE, load=_load_builder)


def files_registry() -> RegistryOffer:
    """Return the offer of the registry `files`."""
    return RegistryOffer(config=FilesRegistryConfig, accepts=(FILE_TREE,), load=_load_registry)


def local_platform() -> PlatformOffer:
    """Return the offer of the platform `local`."""
    return PlatformOffer(
        config=LocalConfig,
        state=LocalState,
        accepts=(FILE_TREE,),
        exposes=_exposes,
        load=_load_platform,
        parks=True,
        files=True,
        one_machine=True,
        default_releaser=DefaultReleaser(word="caddy"),
    )


def _exposes(config: LocalConfig) -> tuple[str, ...]:
    """Return the ways in that a deployment with this config has."""
    if config.is_static:
        return (STATIC_FILES,)
    return () if config.worker else (HTTP_ENDPOINT,)


def _load_builder() -> type[FilesBuilder]:
    from milepost_local.files import FilesBuilder  # noqa: PLC0415  an offer is made without what does the work

    return FilesBuilder


def _load_registry() -> type[FilesRegistry]:
    from milepost_local.files import FilesRegistry  # noqa: PLC0415  an offer is made without what does the work

    return FilesRegistry


def _load_platform() -> type[LocalPlatform]:
    from milepost_local.platform import LocalPlatform  # noqa: PLC0415  an offer is made without what does the work

    return LocalPlatform
