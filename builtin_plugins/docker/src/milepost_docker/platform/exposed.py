"""What an image says of its ports, beside what the config says: where the two differ, people want to hear it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost_docker.platform.config import DockerConfig

_LISTEN = "it must listen on 0.0.0.0, not 127.0.0.1, and on the port $PORT"


def exposed(image: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the TCP ports that an inspected image says it listens on, in order."""
    said = [each.partition("/") for each in (image.get("Config") or {}).get("ExposedPorts") or {}]
    return tuple(sorted(int(port) for port, _, kind in said if kind in ("", "tcp") and port.isdigit()))


def mismatch(config: DockerConfig, image: Mapping[str, Any] | None) -> str:
    """Return that the image exposes other ports than the one that is asked, with what to write; else nothing."""
    ports = exposed(image) if image else ()
    if config.worker or not ports or config.service_port in ports:
        return ""
    return f"the image exposes {', '.join(map(str, ports))}: service_port = {ports[0]}"


def listening_hint(config: DockerConfig, image: Mapping[str, Any] | None) -> str:
    """Return what to do about a container that nobody answers for on its port."""
    if odd := mismatch(config, image):
        return odd
    return f"{_LISTEN} (service_port = {config.service_port}); what listens on no port needs  worker = true"
