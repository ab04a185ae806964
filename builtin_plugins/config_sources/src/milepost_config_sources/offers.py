"""What the host is told of each source, and the way to the class that reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from milepost.sdk.offer import ConfigSourceOffer
from milepost_config_sources.arguments import CommandArguments, EnvArguments, FileArguments

if TYPE_CHECKING:
    from milepost_config_sources.command import CommandSource
    from milepost_config_sources.environment import EnvSource
    from milepost_config_sources.file import FileSource


def _load_env() -> type[EnvSource]:
    from milepost_config_sources.environment import EnvSource  # noqa: PLC0415  an offer is made without what reads

    return EnvSource


def _load_file() -> type[FileSource]:
    from milepost_config_sources.file import FileSource  # noqa: PLC0415  an offer is made without what reads

    return FileSource


def _load_command() -> type[CommandSource]:
    from milepost_config_sources.command import CommandSource  # noqa: PLC0415  an offer is made without what reads

    return CommandSource


OFFERS: Mapping[str, ConfigSourceOffer] = {
    "env": ConfigSourceOffer(config=EnvArguments, load=_load_env),
    "file": ConfigSourceOffer(config=FileArguments, load=_load_file),
    "command": ConfigSourceOffer(config=CommandArguments, load=_load_command),
}
"""The offers by their words."""
