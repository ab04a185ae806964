"""HTTP over a connection to an engine: what requests with a body go over, and those that the engine gives over."""

from __future__ import annotations

import http.client

from milepost_docker.engine.address import Address
from milepost_docker.engine.dialling import dial

__all__ = ["Line", "dial"]

HOST = "localhost"
"""What stands in `Host:`: on a Unix socket nobody looks at it."""


class Line(http.client.HTTPConnection):
    """HTTP over such a connection; it connects at the first request."""

    def __init__(self, address: Address, timeout: float | None) -> None:
        super().__init__(HOST, timeout=timeout)
        self._address = address

    def connect(self) -> None:
        """Connect to the engine."""
        self.sock = dial(self._address, self.timeout)
