"""An engine that answers: requests, streams, and the SDK's client, on connections that a cancel ends.

Requests go by `http.client`, not through the SDK: most operations are a handful of them, and importing the SDK takes
longer than to have them answered.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cached_property
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from milepost_docker.engine.address import Address
from milepost_docker.engine.channel import Channel
from milepost_docker.engine.documents import SourceError, documents
from milepost_docker.engine.guard import Guard
from milepost_docker.engine.platform import platform_of_info
from milepost_docker.engine.request import Body, Query, Request
from milepost_docker.engine.trouble import MissingError, explained, refused
from milepost_docker.engine.wire import Line, dial

if TYPE_CHECKING:
    from docker import APIClient

FAILED = 400
SWITCHED = (101, 200)
PIECE = 65536


class Engine:
    """An engine that answers. Its errors are those of `engine.trouble`: MissingError, ConflictError, EngineError."""

    def __init__(self, address: Address, timeout: float, guard: Guard) -> None:
        self.address = address
        self.version = ""
        """Of the API, as agreed: `1.41`; before that, the engine's own."""
        self.timeout = timeout
        """How long it may take to answer, in seconds."""
        self._guard = guard

    @cached_property
    def api(self) -> APIClient:
        """The SDK's client on connections of the same kind; use it inside `explaining()`."""
        from milepost_docker.engine.adapter import client  # noqa: PLC0415  the SDK takes 0.25 s to import

        return client(self._dial, self.version, self.timeout)

    def close(self) -> None:
        """Close what is kept open."""
        if "api" in self.__dict__:
            self.api.close()

    @contextmanager
    def explaining(self, what: str) -> Iterator[None]:
        """Turn what goes wrong with the engine inside into errors of milepost, and a cancel into the step's own error.

        `what` says what is being done, such as `making the container shop.1`.
        """
        self._guard.check()
        try:
            with explained(what, self.address):
                yield
        except SourceError as error:
            raise error.reason from None
        except Exception:
            # A socket that was ended for the step's sake fails in many ways; why is known.
            self._guard.check()
            raise
        # An answer that was cut off may look whole.
        self._guard.check()

    def get(self, path: str, query: Query | None = None) -> Any:
        """Return the answer as JSON: `get("/containers/json", {"all": True, "filters": {"label": [...]}})`."""
        return self.ask(Request(method="GET", path=path, query=query))

    def post(self, path: str, query: Query | None = None, body: Body = None) -> Any:
        """Send it and return the answer as JSON; None where there is none."""
        return self.ask(Request(method="POST", path=path, query=query, body=body))

    def put(self, path: str, query: Query | None = None, body: Body = None) -> Any:
        """Send it, such as an archive for a container, and return the answer."""
        return self.ask(Request(method="PUT", path=path, query=query, body=body))

    def delete(self, path: str, query: Query | None = None) -> Any:
        """Remove something. Raises MissingError where it is gone already."""
        return self.ask(Request(method="DELETE", path=path, query=query))

    def ask(self, request: Request) -> Any:
        """Send a request of any kind and return its answer as JSON; None where it is empty."""
        with self.explaining(request.what):
            with self._answer(request, self.timeout) as answer:
                body = answer.read()
            return json.loads(body) if body else None

    def stream(
        self, path: str, query: Query | None = None, body: Body = None, *, headers: Mapping[str, str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Send a POST and yield each JSON document of the answer as it comes; without a limit in time.

        An error that stands in the stream is yielded as it is: `progress.followed` raises it.
        """
        request = Request(method="POST", path=path, query=query, body=body, headers=headers or {})
        with self.explaining(request.what):
            yield from documents(self._pieces(request))

    def upload(self, request: Request) -> Iterator[dict[str, Any]]:
        """Send a request by the SDK, its body as it comes, and yield the answer's documents as `stream` does."""
        with self.explaining(request.what):
            url, patience = f"{self.api.base_url}{request.target(self.version)}", (self.timeout, None)
            with self.api.post(url, request.data(), headers=request.head(), stream=True, timeout=patience) as answer:
                if answer.status_code >= FAILED:
                    raise refused(request.what, answer.status_code, answer.content)
                yield from documents(answer.iter_content(None))

    def pieces(self, path: str, query: Query | None = None) -> Iterator[bytes]:
        """Send a GET and yield the answer's bytes as they come (logs, an archive); without a limit in time."""
        request = Request(method="GET", path=path, query=query)
        with self.explaining(request.what):
            yield from self._pieces(request)

    def hijack(self, path: str, query: Query | None = None, body: Mapping[str, Any] | None = None) -> Channel:
        """Send a POST that takes over its connection: attach, exec."""
        upgrade = {"Connection": "Upgrade", "Upgrade": "tcp"}
        request = Request(method="POST", path=path, query=query, body=body or {}, headers=upgrade)
        with self.explaining(request.what):
            line = Line(self.address, self.timeout)
            line.sock = self._dial()
            line.request(request.method, request.target(self.version), request.data(), request.head())
            answer = line.getresponse()
            if answer.status not in SWITCHED:
                said = answer.read()
                line.close()
                raise refused(request.what, answer.status, said)
            return Channel(line, answer)

    @cached_property
    def _info(self) -> dict[str, Any]:
        """What the engine says of itself, asked once."""
        told: dict[str, Any] = self.get("/info")
        return told

    def info(self) -> dict[str, Any]:
        """Return what the engine says of itself (`GET /info`), asked once."""
        return self._info

    def platform(self) -> str:
        """Return what it runs without emulation, in the words of images: `linux/arm64`."""
        return platform_of_info(self.info())

    def image(self, reference: str) -> dict[str, Any] | None:
        """Return what the engine knows of an image; None where it has none of that name or id."""
        return self._known(f"/images/{quote(reference, safe='/:@')}/json")

    def container(self, name: str) -> dict[str, Any] | None:
        """Return what the engine knows of a container, by name or id; None where there is none."""
        return self._known(f"/containers/{quote(name, safe='')}/json")

    def network(self, name: str) -> dict[str, Any] | None:
        """Return what the engine knows of a network, by name or id; None where there is none."""
        return self._known(f"/networks/{quote(name, safe='')}")

    def _known(self, path: str) -> dict[str, Any] | None:
        """Return what is at a path; None where there is nothing."""
        try:
            found: dict[str, Any] = self.get(path)
        except MissingError:
            return None
        return found

    def _dial(self) -> socket.socket:
        """Return a new connection that the guard knows."""
        line = dial(self.address, self.timeout)
        self._guard.take(line)
        return line

    def _pieces(self, request: Request) -> Iterator[bytes]:
        """Send a request and yield the bytes of its answer, each as soon as it is there."""
        with self._answer(request, None) as answer:
            while piece := answer.read1(PIECE):
                yield piece

    @contextmanager
    def _answer(self, request: Request, patience: float | None) -> Iterator[HTTPResponse]:
        """Send a request and give its answer, whose head has come. Raises EngineError for one that says no.

        Each has a connection of its own: on a socket that costs nothing, and a half-read answer disturbs nobody.
        """
        line = Line(self.address, self.timeout)
        with closing(line):
            line.sock = self._dial()
            self._send(line, request)
            line.sock.settimeout(patience)
            with line.getresponse() as answer:
                if answer.status >= FAILED:
                    raise refused(request.what, answer.status, answer.read())
                yield answer

    def _send(self, line: Line, request: Request) -> None:
        """Send a request whole; or as much of it as the engine reads before it says no."""
        try:
            line.request(request.method, request.target(self.version), request.data(), request.head())
        except (BrokenPipeError, ConnectionResetError):
            if request.body is None:
                raise
