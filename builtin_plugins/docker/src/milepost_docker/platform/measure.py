"""Sizes, port mappings and mounts as people write them, read into numbers and parts."""

from __future__ import annotations

import re
from typing import NamedTuple

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?", re.IGNORECASE)
_RESTART = re.compile(r"no|always|unless-stopped|on-failure(?::([1-9]\d*))?")
_PUBLISH = re.compile(r"(?:(?P<ip>\[[0-9a-fA-F:]+\]|[0-9.]+):)?(?P<host>\d+):(?P<port>\d+)(?:/(?P<kind>tcp|udp|sctp))?")
_LIMIT = re.compile(r"(-?\d+)(?::(-?\d+))?")
_LAST_PORT = 65535
_REVIVES = "unless-stopped"


class Published(NamedTuple):
    """A fixed port of the engine's machine that leads to one of the container."""

    address: str
    host: int
    port: int
    kind: str


class Mounted(NamedTuple):
    """Something that appears in the container's files."""

    source: str
    target: str
    options: tuple[str, ...]

    @property
    def is_volume(self) -> bool:
        """Whether the source is a volume's name, not a path."""
        return not self.source.startswith(("/", ".", "~"))


def size(text: str) -> int:
    """Return the bytes that a text such as `512m` or `1.5GiB` means. Raises ValueError."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no size; expected a number with k, m or g, such as 512m")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def restart_policy(text: str) -> dict[str, str | int]:
    """Return the engine's form of a restart policy. Raises ValueError."""
    match = _RESTART.fullmatch(text)
    if match is None:
        raise ValueError(
            f"restart {text!r} is unknown; expected no, always, unless-stopped, on-failure or on-failure:5"
        )
    return {"Name": text.partition(":")[0], "MaximumRetryCount": int(match[1] or 0)}


def published(text: str) -> Published:
    """Return the parts of `8080:80`, `127.0.0.1:5432:5432` or `53:53/udp`. Raises ValueError."""
    match = _PUBLISH.fullmatch(text)
    if match is None or not all(0 < int(match[each]) <= _LAST_PORT for each in ("host", "port")):
        raise ValueError(f"{text!r} publishes no port; expected [ADDRESS:]PORT:CONTAINER_PORT[/udp], such as 5432:5432")
    return Published((match["ip"] or "").strip("[]"), int(match["host"]), int(match["port"]), match["kind"] or "tcp")


def mounted(text: str) -> Mounted:
    """Return the parts of `SOURCE:TARGET[:OPTIONS]`. Raises ValueError."""
    source, _, rest = text.partition(":")
    target, _, options = rest.partition(":")
    if not source or not target.startswith("/"):
        raise ValueError(f"{text!r} mounts nothing; expected SOURCE:/PATH or SOURCE:/PATH:ro")
    return Mounted(source, target, tuple(each for each in options.split(",") if each))


def ulimit(name: str, text: str) -> dict[str, str | int]:
    """Return the engine's form of a limit such as `1024` or `1024:2048` (soft and hard). Raises ValueError."""
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise ValueError(f"ulimits: {name} = {text!r}; expected a number, or SOFT:HARD such as 1024:2048")
    return {"Name": name, "Soft": int(match[1]), "Hard": int(match[2] or match[1])}


def device(text: str) -> dict[str, str]:
    """Return the engine's form of `/dev/HOST[:/dev/CONTAINER[:rwm]]`. Raises ValueError."""
    host, _, rest = text.partition(":")
    inside, _, rights = rest.partition(":")
    if not host.startswith("/"):
        raise ValueError(f"{text!r} is no device; expected a path such as /dev/video0:/dev/video0:rw")
    return {"PathOnHost": host, "PathInContainer": inside or host, "CgroupPermissions": rights or "rwm"}


def gpus(text: str) -> dict[str, object]:
    """Return the engine's form of `all`, a number, or `device=ID,ID`. Raises ValueError."""
    asked: dict[str, object] = {"Driver": "", "Capabilities": [["gpu"]]}
    if text == "all":
        return {**asked, "Count": -1}
    if text.isdecimal() and int(text):
        return {**asked, "Count": int(text)}
    if text.startswith("device=") and len(text) > len("device="):
        return {**asked, "DeviceIDs": text.removeprefix("device=").split(",")}
    raise ValueError(f"gpus {text!r} is unknown; expected all, a number such as 2, or device=0,1")


def parked_policy(restart: str) -> dict[str, str | int]:
    """Return the policy of a parked container: another one than the config's, and one that revives nothing stopped."""
    return restart_policy(_REVIVES if restart == "no" else "no")
