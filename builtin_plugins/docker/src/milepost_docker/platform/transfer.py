"""An image that one engine alone has, brought to another one without a registry: only the layers that it lacks.

The archive of an image is read twice where it is: first to learn which file is which layer, then to send it on without
those that the other engine has. It finds its own by their digests. One with containerd's store gets all of them, since
its import wants to see each.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from typing import IO, Any, cast

from milepost.sdk import Artifact, Step
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.connect import Engine, connected
from milepost_docker.engine.progress import followed, sized
from milepost_docker.platform.client import credited

_BLOCK, _PIECE = 512, 1 << 20
_RECENT = 30
"""How many of the other engine's images, the newest first, are asked for their layers."""
_MANIFEST = "manifest.json"


def transfer(engine: Engine, artifact: Artifact, source: str, step: Step) -> None:
    """Have the engine load the image from the engine at the address `source`; nothing is written on the way."""
    path, query = "/images/get", {"names": artifact.reference}
    with connected(credited(ClientConfig(host=source), step), step) as origin:
        layers = (origin.image(artifact.reference) or {}).get("RootFS", {}).get("Layers") or []
        known = _known(engine, layers)
        sizes, files = _contents(origin.pieces(path, query))
        there = set(files[:known])
        total = sum(size for name, size in sizes.items() if name not in there)
        whose = f", {known} of {len(layers)} layers are there" if known else ""
        step.say(f"sending the image to {engine.address.name}: {sized(total)}{whose}")
        archive = without(origin.pieces(path, query), there, _Told(step, total))
        followed(engine.stream("/images/load", {"quiet": True}, archive), "loading the image", step)


def _known(engine: Engine, layers: list[str]) -> int:
    """Return how many of the layers, from the first on, some image of the engine has."""
    if any("io.containerd" in str(each) for each in engine.info().get("DriverStatus") or ()):
        return 0
    most = 0
    for each in engine.get("/images/json")[:_RECENT]:
        found = (engine.image(each["Id"]) or {}).get("RootFS", {}).get("Layers") or []
        most = max(most, _in_common(layers, found))
    return most


def _in_common(these: list[str], those: list[str]) -> int:
    """Return how many of two lists are the same from the first on."""
    pairs = zip(these, those, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(these), len(those)))


def _contents(pieces: Iterator[bytes]) -> tuple[dict[str, int], list[str]]:
    """Return the sizes of an archive's files by name, and which of them are the layers, from the first on."""
    sizes: dict[str, int] = {}
    files: list[str] = []
    with tarfile.open(fileobj=_readable(pieces), mode="r|") as tar:
        for entry in tar:
            sizes[entry.name] = entry.size
            if entry.name == _MANIFEST:
                content = tar.extractfile(entry)
                files = json.loads(content.read())[0]["Layers"] if content else []
    return sizes, files


def without(pieces: Iterator[bytes], names: set[str], told: _Told) -> Iterator[bytes]:
    """Yield an archive without the files of these names, as it comes."""
    with tarfile.open(fileobj=_readable(pieces), mode="r|") as tar:
        for entry in tar:
            if entry.name in names:
                continue
            yield entry.tobuf(format=tarfile.GNU_FORMAT)
            content = tar.extractfile(entry) if entry.isreg() else None
            while content is not None and (piece := content.read(_PIECE)):
                yield piece
                told.sent(len(piece))
            yield b"\0" * (-entry.size % _BLOCK if content is not None else 0)
    yield b"\0" * 2 * _BLOCK


class _Told:
    """Says how much was sent, at each quarter."""

    def __init__(self, step: Step, total: int) -> None:
        self._step, self._total, self._sent, self._quarter = step, total, 0, 1

    def sent(self, count: int) -> None:
        """Count what was sent."""
        self._sent += count
        if self._quarter < 4 and self._sent * 4 >= self._total * self._quarter:
            self._step.output(f"{sized(self._sent)} of {sized(self._total)} sent\n")
            self._quarter = self._sent * 4 // max(1, self._total) + 1


class _Pieces(io.RawIOBase):
    """Bytes that come in pieces, to be read as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what has come; nothing at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _readable(pieces: Iterator[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", io.BufferedReader(_Pieces(pieces), _PIECE))
