"""The files of a Caddy that runs elsewhere, as they travel: archives in, archives out."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from typing import Any

from msgspec import json

from milepost_caddy.route import Route
from milepost_caddy.traffic import Traffic


class Site:
    """What was read of a Caddy's folder: its configuration, its routes, and where each one's requests go."""

    def __init__(self, archive: bytes = b"") -> None:
        self._files: dict[str, bytes] = {}
        self._links: dict[str, str] = {}
        if not archive:
            return
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for each in tar:
                name = each.name.removeprefix("./")
                file = tar.extractfile(each) if each.isreg() else None
                if file is not None:
                    self._files[name] = file.read()
                elif each.issym():
                    self._links[name] = each.linkname

    def routes(self) -> tuple[Route, ...]:
        """Return all routes, in the order of their keys."""
        names = sorted(name for name in self._files if name.startswith("routes/") and name.endswith("/route.json"))
        kept = [name for name in names if "/." not in name]
        return tuple(json.decode(self._files[name], type=Route) for name in kept)

    def turn(self, key: str) -> int:
        """Return the number of the turn that a route is at; 0 before the first."""
        number = self._links.get(f"routes/{key}/live", "").removeprefix("turns/")
        return int(number) if number.isdigit() else 0

    def traffic(self, key: str) -> Traffic | None:
        """Return what gets a route's requests; None if nothing does."""
        found = self._files.get(f"routes/{key}/turns/{self.turn(key)}/traffic.json")
        return None if found is None else json.decode(found, type=Traffic)

    def document(self) -> dict[str, Any] | None:
        """Return the configuration that Caddy was given last; None before the first."""
        found = self._files.get("caddy.json")
        return None if found is None else json.decode(found, type=dict[str, Any])

    def keep(self, route: Route) -> None:
        """Take note that a route was kept."""
        self._files[f"routes/{route.key}/route.json"] = json.encode(route)

    def forget(self, key: str) -> None:
        """Take note that a route was removed."""
        self._files = {name: file for name, file in self._files.items() if not name.startswith(f"routes/{key}/")}
        self._links.pop(f"routes/{key}/live", None)

    def give(self, document: dict[str, Any]) -> None:
        """Take note of the configuration that Caddy was given."""
        self._files["caddy.json"] = json.encode(document)


def packed(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """Return an archive of files that their owner alone may read, and of symbolic links; the last file is the last."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, target in (links or {}).items():
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            tar.addfile(link)
        for name, content in files.items():
            file = tarfile.TarInfo(name)
            file.size, file.mode = len(content), 0o600
            tar.addfile(file, io.BytesIO(content))
    return made.getvalue()
