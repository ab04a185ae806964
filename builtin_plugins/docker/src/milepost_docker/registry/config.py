"""What the `use` block may say."""

from __future__ import annotations

from milepost.sdk import PluginConfig


class DockerRegistryConfig(PluginConfig, frozen=True, kw_only=True):
    """To be written by its room."""
