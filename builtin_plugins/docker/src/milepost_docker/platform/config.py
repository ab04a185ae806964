"""What the `use` block may say."""

from __future__ import annotations

from milepost.sdk import PluginConfig, PluginState


class DockerConfig(PluginConfig, frozen=True, kw_only=True):
    """To be written by its room."""

    worker: bool = False


class DockerState(PluginState, frozen=True, kw_only=True):
    """To be written by its room."""
