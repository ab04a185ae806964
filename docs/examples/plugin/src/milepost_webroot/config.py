"""What the project file says to this plugin, and what the plugin wants remembered."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from milepost.sdk import PluginConfig, PluginState


class WebrootConfig(PluginConfig, frozen=True):
    """What stands in `use "webroot"` of a `deploy` block."""

    path: Annotated[str, Meta(description="The absolute folder below which each deployment has its own.")]
    index: Annotated[str, Meta(description="A file that must be there, or the deployment is not ready.")] = "index.html"

    def __post_init__(self) -> None:
        """Refuse a path that depends on where the command was typed."""
        if not self.path.startswith("/"):
            raise ValueError(f"path {self.path!r} must be absolute")


class WebrootState(PluginState, frozen=True):
    """What is remembered of a deployment."""

    folder: Annotated[str, Meta(description="The deployment's folder.")]
    index: Annotated[str, Meta(description="The file that must be there.")]
