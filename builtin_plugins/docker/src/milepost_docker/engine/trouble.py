"""What to say when an engine cannot be reached, or says no."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from milepost.sdk import OperationError
from milepost_docker.engine.address import Address


class UnreachableError(OperationError):
    """No engine answers where one was expected."""

    code = "engine-unreachable"


class EngineError(OperationError):
    """An engine that answered no: its own words are in the message."""

    code = "engine-refused"

    def __init__(self, what: str, said: str, status: int = 0, *, hint: str = "") -> None:
        self.what, self.said, self.status = what, said, status
        super().__init__(f"{what}: {said}", hint=hint)


class MissingError(EngineError):
    """What was asked for is not there (404)."""

    code = "engine-missing"


class ConflictError(EngineError):
    """What is there stands in the way: a name that is taken, an image in use (409)."""

    code = "engine-conflict"


@contextmanager
def explained(what: str, address: Address) -> Iterator[None]:
    """Turn what the SDK, requests or sockets raise inside into errors of milepost; `what` says what was being done."""
    raise NotImplementedError
    yield
