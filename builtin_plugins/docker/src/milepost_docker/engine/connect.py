"""A connection to an engine for the time of a context: requests, streams, the SDK's own client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from milepost.sdk import Step
from milepost_docker.engine.address import Address
from milepost_docker.engine.config import ClientConfig

if TYPE_CHECKING:
    from docker import APIClient

Query = Mapping[str, Any]
"""What stands behind the `?`: None is left out, truth values are 1 and 0, lists and maps go as JSON."""
Body = Mapping[str, Any] | bytes | Iterator[bytes] | None
"""What is sent: a document as JSON; bytes, or pieces of them as they come, as they are."""


@contextmanager
def connected(config: ClientConfig, step: Step, *, heed: bool = True) -> Iterator[Engine]:
    """Give a connection to the engine; a tunnel to it, where it needs one, ends with the context.

    A cancel or a deadline of the step ends any request at once, with the error that `step.check()` raises. With
    `heed=False` it does not: for evidence and cleaning up after such an end. Raises UnreachableError.
    """
    raise NotImplementedError
    yield


class Channel:
    """Both directions of a hijacked connection: an attached container, a command that runs in one."""

    def read(self, most: int = 65536) -> bytes:
        """Return what has come, at least a byte; nothing at its end."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """Send all of it."""
        raise NotImplementedError

    def close_write(self) -> None:
        """Say that no more will be sent: the end of the other's standard input."""
        raise NotImplementedError

    def close(self) -> None:
        """End it."""
        raise NotImplementedError


class Engine:
    """An engine that answers. Its errors are those of `engine.trouble`: MissingError, ConflictError, EngineError."""

    address: Address
    version: str
    """Of the API, as negotiated: `1.41`."""

    @property
    def api(self) -> APIClient:
        """The SDK's client on the same connections; what it raises goes through `trouble.explained()`."""
        raise NotImplementedError

    def get(self, path: str, query: Query | None = None) -> Any:
        """Return the answer as JSON: `get("/containers/json", {"all": True, "filters": {"label": [...]}})`."""
        raise NotImplementedError

    def post(self, path: str, query: Query | None = None, body: Body = None) -> Any:
        """Send it and return the answer as JSON; None where there is none."""
        raise NotImplementedError

    def put(self, path: str, query: Query | None = None, body: Body = None) -> Any:
        """Send it, such as an archive for a container, and return the answer."""
        raise NotImplementedError

    def delete(self, path: str, query: Query | None = None) -> Any:
        """Remove something. Raises MissingError where it is gone already."""
        raise NotImplementedError

    def stream(
        self, path: str, query: Query | None = None, body: Body = None, *, headers: Mapping[str, str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Send a POST and yield each JSON document of the answer as it comes; without a limit in time.

        An error that stands in the stream is yielded as it is: `progress.followed` raises it.
        """
        raise NotImplementedError

    def pieces(self, path: str, query: Query | None = None, *, method: str = "GET") -> Iterator[bytes]:
        """Yield the answer's bytes as they come (logs, an archive, an image); without a limit in time."""
        raise NotImplementedError

    def events(self, query: Query | None = None) -> Iterator[dict[str, Any]]:
        """Yield what `GET /events` tells, as it happens."""
        raise NotImplementedError

    def hijack(self, path: str, query: Query | None = None, body: Mapping[str, Any] | None = None) -> Channel:
        """Send a POST that takes over its connection: attach, exec."""
        raise NotImplementedError

    def info(self) -> dict[str, Any]:
        """Return what the engine says of itself (`GET /info`), asked once."""
        raise NotImplementedError

    def platform(self) -> str:
        """Return what it runs without emulation, in the words of images: `linux/arm64`."""
        raise NotImplementedError

    def image(self, reference: str) -> dict[str, Any] | None:
        """Return what the engine knows of an image; None where it has none of that name or id."""
        raise NotImplementedError

    def container(self, name: str) -> dict[str, Any] | None:
        """Return what the engine knows of a container, by name or id; None where there is none."""
        raise NotImplementedError

    def network(self, name: str) -> dict[str, Any] | None:
        """Return what the engine knows of a network, by name or id; None where there is none."""
        raise NotImplementedError

    def volume(self, name: str) -> dict[str, Any] | None:
        """Return what the engine knows of a volume; None where there is none."""
        raise NotImplementedError
