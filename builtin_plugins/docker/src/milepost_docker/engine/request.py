"""What is asked of an engine, as a value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from milepost_docker.engine.documents import guarded

Query = Mapping[str, Any]
"""What stands behind the `?`: None is left out, truth values are 1 and 0, each of a list is sent, maps go as JSON."""
Body = Mapping[str, Any] | bytes | Iterable[bytes] | None
"""What is sent: a document as JSON; bytes, or pieces of them as they come, as they are."""

JSON, TAR = "application/json", "application/x-tar"


@dataclass(frozen=True, kw_only=True)
class Request:
    """A method, a path such as `/containers/json`, and what goes with them."""

    method: str
    path: str
    query: Query | None = None
    body: Body = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """What it is called in a message."""
        return f"{self.method} {self.path}"

    def target(self, version: str = "") -> str:
        """Return what stands in the first line, for a version of the API."""
        pairs = [pair for name, value in (self.query or {}).items() for pair in _pairs(name, value)]
        path = f"/v{version}{self.path}" if version else self.path
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def data(self) -> bytes | Iterator[bytes] | None:
        """Return the bytes to send."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, Mapping):
            return json.dumps(self.body).encode()
        return guarded(self.body)

    def head(self) -> dict[str, str]:
        """Return the headers to send."""
        if self.body is None:
            return dict(self.headers)
        return {"Content-Type": JSON if isinstance(self.body, Mapping) else TAR, **self.headers}


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    """Return a value as what is sent for it."""
    if value is None:
        return []
    if isinstance(value, bool):
        return [(name, str(int(value)))]
    if isinstance(value, Mapping):
        return [(name, json.dumps(value))]
    if isinstance(value, (list, tuple)):
        return [(name, str(each)) for each in value]
    return [(name, str(value))]
