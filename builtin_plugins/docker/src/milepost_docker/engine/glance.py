"""Quick looks at an engine, for `status`: plain HTTP, without the SDK, which takes longer to import than to answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any
from urllib.parse import quote

from milepost.sdk import Step
from milepost_docker.engine.address import Address, locate
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.dialling import dial
from milepost_docker.engine.exchange import asked
from milepost_docker.engine.request import Query, Request
from milepost_docker.engine.sharing import shared
from milepost_docker.engine.trouble import MissingError, explained, refused

FRESH = 1.0
"""How long a list may be handed out again, in seconds: `status` asks for many deployments at once."""
FAILED = 400


class Glance:
    """An engine to look at; a connection is made, and kept, when something is first asked."""

    def __init__(self, address: Address, timeout: float, step: Step, stack: ExitStack) -> None:
        self.address = address
        self._timeout, self._step, self._stack = timeout, step, stack
        self._near: Address | None = None

    def get(self, path: str, query: Query | None = None) -> Any:
        """Return the answer as JSON. Raises the errors of `engine.trouble`."""
        self._step.check()
        request = Request(method="GET", path=path, query=query)
        with explained(request.what, self.address), closing(dial(self._reached(), self._timeout)) as line:
            status, body = asked(line, request.target(self.address.api_version or ""))
        if status >= FAILED:
            raise refused(request.what, status, body)
        return json.loads(body)

    def containers(self, *labels: str) -> list[dict[str, Any]]:
        """Return all containers with these labels (`NAME` or `NAME=VALUE`), running or not, as the engine lists them.

        The list may be as old as FRESH: those who ask for the same at once share one answer.
        """
        query = {"all": True, "filters": {"label": sorted(labels)}}
        place = shared(self.address, ("containers", *sorted(labels)))
        found: list[dict[str, Any]] = place.seen(lambda: self.get("/containers/json", query), FRESH)
        return found

    def container(self, name: str) -> dict[str, Any] | None:
        """Return one container, inspected; None where there is none of that name or id."""
        return self._known(f"/containers/{quote(name, safe='')}/json")

    def image(self, reference: str) -> dict[str, Any] | None:
        """Return one image, inspected; None where there is none."""
        return self._known(f"/images/{quote(reference, safe='/:@')}/json")

    def info(self) -> dict[str, Any]:
        """Return what the engine says of itself."""
        place = shared(self.address, ("info",))
        found: dict[str, Any] = place.seen(lambda: self.get("/info"), FRESH)
        return found

    def _reached(self) -> Address:
        """Return the address to connect to: this machine's end of a tunnel, where one is needed."""
        if self.address.scheme == "ssh" and self._near is None:
            from milepost_docker.engine.tunnel import tunnelled  # noqa: PLC0415  most engines need none

            self._near = self._stack.enter_context(tunnelled(self.address, self._step))
        return self._near or self.address

    def _known(self, path: str) -> dict[str, Any] | None:
        """Return what is at a path; None where there is nothing."""
        try:
            found: dict[str, Any] = self.get(path)
        except MissingError:
            return None
        return found


@contextmanager
def glance(config: ClientConfig, step: Step) -> Iterator[Glance]:
    """Give the engine to look at; over ssh by a tunnel that ends with the context. Looking raises UnreachableError."""
    address = locate(config, step.facts.environment, step.facts.home)
    with ExitStack() as stack:
        yield Glance(address, config.timeout, step, stack)
