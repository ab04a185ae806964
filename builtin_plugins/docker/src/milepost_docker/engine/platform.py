"""What an engine runs, in the words of images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm/v7", "armv6l": "arm/v6", "i686": "386"}
"""What kernels call processors, and what images call them."""


def platform_of_info(info: Mapping[str, Any]) -> str:
    """Return what an engine that says this of itself runs without emulation: `linux/arm64`."""
    machine = str(info.get("Architecture", "unknown"))
    return f"{info.get('OSType', 'linux')}/{ARCHITECTURES.get(machine, machine)}"
