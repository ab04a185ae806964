"""What to say when an engine cannot be reached, or says no: told by kinds and numbers of errors, not by their words."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from milepost.sdk import MilepostError, OperationError
from milepost_docker.engine.address import Address

NOT_FOUND, CONFLICT, TOO_MANY = 404, 409, 429


class UnreachableError(OperationError):
    """No engine answers where one was expected."""


class EngineError(OperationError):
    """An engine that answered no: its own words are in the message."""

    def __init__(self, what: str, said: str, status: int = 0, *, hint: str = "") -> None:
        self.what, self.said, self.status = what, said, status
        super().__init__(f"{what}: {said}", hint=hint)


class MissingError(EngineError):
    """What was asked for is not there (404)."""


class ConflictError(EngineError):
    """What is there stands in the way: a name that is taken, an image in use (409)."""


def refused(what: str, status: int, body: bytes) -> EngineError:
    """Return what an answer with such a status means; its body is the engine's explanation."""
    said = _said(body) or f"the engine answered with status {status} and no explanation"
    kind = {NOT_FOUND: MissingError, CONFLICT: ConflictError}.get(status, EngineError)
    return kind(what, said, status, hint=space_hint(said))


def space_hint(said: str) -> str:
    """Return what to do where the engine's disk is full: it has no status of its own for that."""
    full = os.strerror(errno.ENOSPC).lower() in said.lower()
    return "docker system df; then docker image prune, or docker builder prune" if full else ""


def unreachable(error: BaseException, address: Address, what: str) -> MilepostError:
    """Return what it means that a connection failed, or broke."""
    from http.client import BadStatusLine, IncompleteRead  # noqa: PLC0415  whoever gets here has it already

    chain = _chain(error)
    root = next((each for each in reversed(chain) if isinstance(each, OSError) and not _is_wrapper(each)), error)
    if type(root).__module__ == "ssl":
        return _tls_trouble(root, address, what)
    for kinds, tell in _KINDS:
        if isinstance(root, kinds):
            return tell(address, what)
    if any(isinstance(each, IncompleteRead) for each in chain):
        return _gone(address, what)
    if any(isinstance(each, (BadStatusLine, json.JSONDecodeError)) for each in chain):
        return _garbled(address, what)
    said = root.strerror if isinstance(root, OSError) and root.strerror else str(root)
    return UnreachableError(f"{what}: the engine at {address.name} cannot be reached: {said}", hint=_start(address))


@contextmanager
def explained(what: str, address: Address) -> Iterator[None]:
    """Turn what the SDK, requests or sockets raise inside into errors of milepost; `what` says what was being done."""
    try:
        yield
    except MilepostError:
        raise
    except Exception as error:
        told = _told(error, address, what)
        if told is None:
            raise
        raise told from error


def _told(error: Exception, address: Address, what: str) -> MilepostError | None:
    """Return what an error of the SDK or of the connection means; None for one that is neither's."""
    response = getattr(error, "response", None)
    if response is not None and getattr(response, "status_code", None):
        return refused(what, response.status_code, response.content)
    family = type(error).__module__.partition(".")[0]
    if isinstance(error, (OSError, EOFError, json.JSONDecodeError)) or family in ("http", "urllib3", "requests"):
        return unreachable(error, address, what)
    if family == "docker":
        return EngineError(what, str(error))
    return None


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and all that it was made of, those that requests and urllib3 keep among their arguments too."""
    seen: list[BaseException] = []
    left: list[BaseException] = [error]
    while left:
        each = left.pop(0)
        if not any(each is one for one in seen):
            seen.append(each)
            left += [one for one in (each.__cause__, each.__context__, *each.args) if isinstance(one, BaseException)]
    return seen


def _is_wrapper(error: BaseException) -> bool:
    """Return whether it is one of requests, which are OSErrors that hold the true one."""
    return type(error).__module__.startswith("requests.")


def _said(body: bytes) -> str:
    """Return the engine's explanation."""
    try:
        document = json.loads(body)
    except ValueError:
        return body[:500].decode("utf-8", "replace").strip()
    message = document.get("message") if isinstance(document, dict) else None
    return str(message).strip() if message else body[:500].decode("utf-8", "replace").strip()


def _late(address: Address, what: str) -> UnreachableError:
    message = f"{what}: the engine at {address.name} gave no answer in time"
    return UnreachableError(message, hint="docker info; or raise `timeout` in client_config")


def _forbidden(address: Address, what: str) -> UnreachableError:
    return UnreachableError(f"{what}: no permission to use the engine at {address.name}", hint=_permission(address))


def _absent(address: Address, what: str) -> UnreachableError:
    return UnreachableError(f"{what}: no engine listens at {address.name}", hint=_start(address))


def _gone(address: Address, what: str) -> UnreachableError:
    message = f"{what}: the engine at {address.name} went away in the middle of it"
    return UnreachableError(message, hint="docker info; its own log tells why (journalctl -u docker)")


def _garbled(address: Address, what: str) -> UnreachableError:
    message = f"{what}: what answers at {address.name} is no engine, or breaks its own protocol"
    return UnreachableError(message, hint="is this the address of a docker engine? docker context ls")


_KINDS: tuple[tuple[tuple[type[BaseException], ...], Callable[[Address, str], UnreachableError]], ...] = (
    ((TimeoutError,), _late),
    ((PermissionError,), _forbidden),
    ((FileNotFoundError, ConnectionRefusedError, NotADirectoryError), _absent),
    ((ConnectionError, EOFError), _gone),
)
"""What errors of sockets mean; the first kind that fits."""


def _tls_trouble(root: BaseException, address: Address, what: str) -> MilepostError:
    """Return what it means that TLS failed."""
    if isinstance(root, FileNotFoundError) or address.tls is None:
        return UnreachableError(f"{what}: TLS with the engine at {address.name} failed: {root}")
    folder = address.tls.folder
    why = getattr(root, "verify_message", "") or getattr(root, "reason", "") or str(root)
    there = [each for each in ("ca.pem", "cert.pem", "key.pem") if address.tls.file(each)]
    message = (
        f"{what}: TLS with the engine at {address.name} failed: {why}; of {folder} these were used: "
        f"{', '.join(there) or 'none'}"
    )
    return UnreachableError(
        message, hint=f"compare {folder} with the engine's certificates (cert_path, DOCKER_CERT_PATH)"
    )


def _permission(address: Address) -> str:
    """Return how to get at a socket."""
    if sys.platform == "darwin":
        return f"ls -l {address.path}; Docker Desktop: Settings, Advanced, allow the default socket"
    return "sudo usermod -aG docker $USER, then log in again; or dockerd-rootless-setuptool.sh install"


def _start(address: Address) -> str:
    """Return how to start an engine there."""
    if not address.local:
        return "is it up, and is this its address? docker context ls"
    if sys.platform == "darwin":
        return "open -a Docker; or docker context ls, if another one is meant"
    if "rootless" in address.origin:
        return "systemctl --user start docker"
    return "sudo systemctl start docker; or docker context ls, if another one is meant"
