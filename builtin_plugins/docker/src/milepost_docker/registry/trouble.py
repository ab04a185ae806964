"""What registries answer when something is wrong, or the network instead of them, as errors that say what to do."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException

from milepost.sdk import OperationError
from milepost_docker.registry.line import DialTimeoutError

GATEWAY = frozenset({502, 503, 504})
"""What servers before a registry answer when they cannot reach it."""
_TEXT = 300


class GatewayError(OSError):
    """A server before the registry could not reach it."""

    def __init__(self, status: int, said: str) -> None:
        self.status = status
        super().__init__(f"the registry's gateway answers {status}{said}")


class InClearError(OSError):
    """A registry with TLS leads to a place without it."""

    def __init__(self, host: str) -> None:
        super().__init__(f"it leads to {host} without TLS")


class OtherSideError(OSError):
    """A fault of the network with another registry than the one that is asked: what is copied comes from there."""

    def __init__(self, server: str, fault: OSError | HTTPException) -> None:
        self.server, self.fault = server, fault
        super().__init__(f"{server}: {fault}")


def is_passing(error: BaseException) -> bool:
    """Return whether the same may work a moment later: not where a certificate is wrong."""
    if isinstance(error, InClearError):
        return False
    if isinstance(error, OtherSideError):
        return is_passing(error.fault)
    if isinstance(error, ssl.SSLError):
        return isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError)
    return isinstance(error, OSError | HTTPException)


def is_silence(error: BaseException | None) -> bool:
    """Return whether a registry took a connection, and then said nothing."""
    return isinstance(error, TimeoutError) and not isinstance(error, DialTimeoutError)


def unreachable(server: str, error: OSError | HTTPException) -> OperationError:
    """Return what to say when there was no answer, or half of one."""
    if isinstance(error, OtherSideError):
        return unreachable(error.server, error.fault)
    message, hint = _fault(error)
    return OperationError(message.format(server=server), hint=hint.format(server=server))


def _fault(error: OSError | HTTPException) -> tuple[str, str]:
    """Return what is wrong and what to do about it, with `{server}` in place of its name."""
    if isinstance(error, ssl.SSLError):
        return _tls_fault(error)
    if isinstance(error, InClearError):
        what = f"the registry {{server}} is not to be trusted with this: {_plain(error)}"
        return what, "its address for outside must be https (of a registry of one's own: http.host, or relativeurls)"
    if isinstance(error, TimeoutError):
        what = f"the registry {{server}} does not answer: {_plain(error)}"
        return what, "curl -v https://{server}/v2/ ; for one that is only slow: `timeout` in a registry block"
    if isinstance(error, socket.gaierror):
        what = f"the registry {{server}} has no address: {_plain(error.strerror)}"
        return what, "check `image` in the project file, and the network of this machine"
    if isinstance(error, GatewayError):
        return f"{_plain(error)} for {{server}}", "is the registry behind {server} running? Then try again"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens at the registry {server}", "start it, or check `image` in the project file"
    what = f"the connection to the registry {{server}} broke: {_plain(error) or type(error).__name__}"
    return what, "is it running, is its disk full? Then try again"


def _tls_fault(error: ssl.SSLError) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        what = f"the certificate of the registry {{server}} is not trusted: {_plain(error.verify_message)}"
        return what, 'ca = "FILE" with the certificate of who signed it, or /etc/docker/certs.d/{server}/ca.crt'
    what = f"no TLS connection with the registry {{server}}: {_plain(getattr(error, 'reason', '') or error)}"
    return what, "curl -v https://{server}/v2/ ; a registry without TLS needs `insecure = true`"


def _plain(text: object) -> str:
    """Return a text in which nothing is to be filled in."""
    return str(text).replace("{", "{{").replace("}", "}}")


def refused(what: str, server: str, answer: Refusal) -> OperationError:
    """Return what to say of a status that is no success; `what` is what was tried, such as `push to HOST/shop`."""
    reason, hint = _REASONS.get(answer.status, ("", ""))
    if answer.status == 401 and answer.has_login:
        reason = "it does not know this login, or that login may not do this"
        hint = f"check the credentials and rights: docker login {server}"
    if answer.status == 429 and answer.retry_after:
        hint = f"wait {answer.retry_after} s; an account has a higher limit: docker login {{server}}"
    if answer.status >= 500:
        reason, hint = "the registry itself has failed", "look at the registry's own log (a full disk?), and try again"
    words = "; ".join(filter(None, (reason, answer.said)))
    message = f"cannot {what}: {server} answers {answer.status}{f' ({words})' if words else ''}"
    return OperationError(message, hint=hint.format(server=server) or _UNKNOWN.format(server=server))


_UNKNOWN = "is {server} a registry? curl -i https://{server}/v2/"
_REASONS: Mapping[int, tuple[str, str]] = {
    401: ("it wants a login", "docker login {server}, or username and password in the registry block"),
    403: ("this login may not do that", "give it the right, or log in as somebody else: docker login {server}"),
    404: ("there is no such repository or image", "check the name in `image`, or make the repository first"),
    400: ("it does not take that", "a tag that must not change? Then choose another `tag`, or leave it out"),
    409: ("something stands in the way", "a tag that must not change? Then choose another `tag`, or leave it out"),
    412: ("something stands in the way", "a tag that must not change? Then choose another `tag`, or leave it out"),
    405: (
        "it does not allow that",
        "a registry of one's own deletes with REGISTRY_STORAGE_DELETE_ENABLED=true; else leave out `keep_images`",
    ),
    413: ("what is before it lets no such large layer through", "nginx: client_max_body_size 0"),
    429: ("too many requests", "wait some minutes; an account has a higher limit: docker login {server}"),
}


class Refusal:
    """What matters of an answer that is no success."""

    def __init__(self, status: int, retry_after: int, text: str, *, has_login: bool) -> None:
        self.status, self.retry_after, self.has_login = status, retry_after, has_login
        self.said = _said(text)
        """The registry's own words."""


def _said(text: str) -> str:
    """Return what the registry says, in one line; nothing of an answer that is no registry's."""
    with suppress(ValueError, LookupError, TypeError, AttributeError):
        document = json.loads(text)
        errors = document.get("errors") or [document]
        words = [str(each.get("message") or each.get("code") or each.get("details") or "") for each in errors]
        return " ".join("; ".join(filter(None, words)).split())[:_TEXT]
    return ""


def garbage(server: str, what: str, error: Exception | str) -> OperationError:
    """Return what to say of an answer that makes no sense."""
    return OperationError(f"{server} answers with what is no {what}: {error}", hint=_UNKNOWN.format(server=server))
