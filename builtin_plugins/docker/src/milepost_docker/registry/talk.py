"""Talk with one registry: who we are, where it really listens, redirects, and patience with the network."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from milepost.sdk import OperationError, Step
from milepost_docker.credentials import Login
from milepost_docker.reference import Reference
from milepost_docker.registry.exchange import Answer, Origin, Request, Wire
from milepost_docker.registry.gate import Gate
from milepost_docker.registry.line import Patience
from milepost_docker.registry.proxy import is_loopback
from milepost_docker.registry.trouble import (
    GATEWAY,
    GatewayError,
    InClearError,
    Refusal,
    is_passing,
    refused,
    unreachable,
)
from milepost_docker.registry.trust import Trust

_MOST_REDIRECTS = 5
_FIRST_WAIT = 0.5
_AGENT = "milepost"

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a registry is spoken with."""

    insecure: bool = False
    """Without TLS, or without checking it."""
    ca: Path | None = None
    """A file of certificates that are believed beside the system's."""
    timeout: float = 30.0
    """Seconds that it may be silent."""
    retries: int = 2
    """How often something is tried again after a fault of the network."""


class Talk:
    """A talk with the registry that a login is for; a context, which ends the connections."""

    def __init__(self, login: Login, step: Step, manner: Manner | None = None) -> None:
        self.server, self.step, self.login = login.server, step, login
        self._manner = manner or Manner()
        self._trust = Trust(insecure=self._manner.insecure, ca=self._manner.ca, home=step.facts.home)
        self._wire = Wire(Patience(self._manner.timeout, step.check), self._trust, step.facts.environment)
        self._gate = Gate(login, self._send, self._trust.is_lax)
        self._root = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._wire.close()

    def ask(self, request: Request, scope: str) -> Answer:
        """Return the answer to a request whose URL is a path below `/v2/`, or a whole URL, whatever its status.

        Raises OSError and HTTPException: have it called by `persistently`.
        """
        if request.url.startswith("/"):
            request = replace(request, url=f"{self._found()}{request.url}")
        answer = self._send(self._with(request, self._gate.header(scope)))
        if answer.status == 401 and request.is_repeatable and self._is_ours(answer.url):
            known = self._gate.ask(answer.headers.get_all("WWW-Authenticate") or (), scope)
            if known:
                answer.close()
                answer = self._send(self._with(request, known))
        return answer

    def persistently(self, act: Callable[[], T]) -> T:
        """Return what `act` does, tried again after faults of the network. Raises OperationError at last."""
        for tried in range(self._manner.retries + 1):
            try:
                return act()
            except (OSError, http.client.HTTPException) as error:
                trouble = unreachable(self.server, error)
                if tried == self._manner.retries or not is_passing(error):
                    raise trouble from error
                wait = _FIRST_WAIT * 2.0**tried
                self.step.say(f"{trouble}; trying again in {wait:g} s")
                self.step.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def check_step(self, here: Origin, there: Origin) -> None:
        """Raises InClearError where a registry leads from a place with TLS to one without, and that is not allowed."""
        if there.scheme == "http" and here.scheme == "https" and not self._trust.is_lax(there.host):
            raise InClearError(there.host)

    def refusal(self, what: str, answer: Answer) -> OperationError:
        """Return what to say of an answer that is no success."""
        with answer:
            said = Refusal(answer.status, answer.retry_after, answer.text(), has_login=not self.login.anonymous)
        return refused(what, self.server, said)

    def _with(self, request: Request, authorization: str) -> Request:
        """Return the request as it is sent: who we are is for the registry's ears only."""
        own = {"User-Agent": _AGENT}
        if authorization and self._is_ours(request.url):
            own["Authorization"] = authorization
        return replace(request, headers={**own, **request.headers})

    def _is_ours(self, url: str) -> bool:
        return Origin.of(url) == Origin.of(self._found())

    def _send(self, request: Request) -> Answer:
        """Send a request where it leads to in the end. Raises GatewayError where nobody is behind a gateway."""
        for _ in range(_MOST_REDIRECTS):
            answer = self._wire.send(request)
            if answer.status in GATEWAY:
                with answer:
                    said = Refusal(answer.status, answer.retry_after, answer.text(), has_login=False).said
                raise GatewayError(answer.status, f" ({said})" if said else "")
            target = self._redirected(request, answer)
            if target is None:
                return answer
            answer.close()
            request = target
        raise OSError(f"it leads from one place to the next, and at last to {request.url.partition('?')[0]}")

    def _redirected(self, request: Request, answer: Answer) -> Request | None:
        """Return what to ask next when the answer says so: without a login where that is another server."""
        if answer.status not in (301, 302, 303, 307, 308) or request.method not in ("GET", "HEAD"):
            return None
        place = answer.location()
        if place is None:
            return None
        there, here = Origin.of(place), Origin.of(request.url)
        self.check_step(here, there)
        headers = request.headers
        if there != here:
            headers = {name: value for name, value in headers.items() if name != "Authorization"}
        return replace(request, url=place, headers=headers)

    def _found(self) -> str:
        """Return the address that the registry answers at, such as `https://HOST`. Raises OSError, HTTPException."""
        if not self._root:
            host = Reference(server=self.server, path="").api_server
            bare = Origin.of(f"https://{host}").host
            self._root = f"https://{host}" if not self._trust.is_lax(bare) else self._looked_for(host, bare)
        return self._root

    def _looked_for(self, host: str, bare: str) -> str:
        """Return the address with the scheme that it speaks; here nobody else hears what this machine tells itself."""
        schemes = ("http", "https") if is_loopback(bare) and not self._manner.insecure else ("https", "http")
        failed: OSError | http.client.HTTPException | None = None
        for scheme in schemes:
            try:
                if self._speaks(f"{scheme}://{host}"):
                    return f"{scheme}://{host}"
            except (ssl.SSLError, ConnectionResetError, http.client.HTTPException, TimeoutError) as error:
                failed = failed or error
        raise failed or ConnectionError("it speaks neither HTTP nor HTTPS")

    def _speaks(self, root: str) -> bool:
        """Return whether a server answers there in the scheme of the address; nothing of ours is told to it."""
        with self._wire.send(Request(method="GET", url=f"{root}/v2/")) as answer:
            leads = answer.location() or ""
            # Servers of HTTPS answer so to those who come without TLS.
            is_other = answer.status == 400 or (answer.status in (301, 302, 307, 308) and leads.startswith("https:"))
            return not (root.startswith("http:") and is_other)
