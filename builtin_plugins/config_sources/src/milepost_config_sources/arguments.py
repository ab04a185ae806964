"""What says which value is meant, for each source."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from milepost.sdk import PluginConfig


class EnvArguments(PluginConfig, frozen=True, kw_only=True):
    """Which environment variable."""

    name: Annotated[str, Meta(description="The name of the variable.", min_length=1)]


class FileArguments(PluginConfig, frozen=True, kw_only=True):
    """Which file."""

    path: Annotated[
        str,
        Meta(description="From the project's folder and in it; or an absolute path, or one from `~`.", min_length=1),
    ]


class CommandArguments(PluginConfig, frozen=True, kw_only=True):
    """Which program."""

    argv: Annotated[list[str], Meta(description="The program and its arguments; no shell.", min_length=1)]
