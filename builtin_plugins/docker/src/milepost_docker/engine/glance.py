"""Quick looks at an engine, for `status`: plain HTTP, without the SDK, which takes longer to import than to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from milepost.sdk import Step
from milepost_docker.engine.config import ClientConfig


class Glance:
    """An engine to look at; what was seen is not asked for again by the same object."""

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Return the answer as JSON. Raises the errors of `engine.trouble`."""
        raise NotImplementedError

    def containers(self, *labels: str) -> list[dict[str, Any]]:
        """Return all containers with these labels, running or not, each as `GET /containers/json` lists it."""
        raise NotImplementedError

    def container(self, name: str) -> dict[str, Any] | None:
        """Return one container, inspected; None where there is none of that name or id."""
        raise NotImplementedError

    def image(self, reference: str) -> dict[str, Any] | None:
        """Return one image, inspected; None where there is none."""
        raise NotImplementedError

    def info(self) -> dict[str, Any]:
        """Return what the engine says of itself."""
        raise NotImplementedError


@contextmanager
def glance(config: ClientConfig, step: Step) -> Iterator[Glance]:
    """Give the engine to look at; over ssh by a tunnel that ends with the context. Raises UnreachableError."""
    raise NotImplementedError
    yield
