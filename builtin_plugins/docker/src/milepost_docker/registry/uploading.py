"""How bytes get into a registry: taken over from another repository there, or sent."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from milepost_docker.registry.api import PUSH, RegistryClient, scope
from milepost_docker.registry.exchange import Answer, Origin, Request
from milepost_docker.registry.manifest import Blob
from milepost_docker.registry.trouble import garbage


class Uploads:
    """The uploads to one repository of a registry."""

    def __init__(self, registry: RegistryClient, repository: str) -> None:
        self.registry, self.repository = registry, repository
        self._talk = registry.talk

    def may_push(self) -> None:
        """Return when the registry takes uploads from us, leaving nothing there. Raises OperationError."""

        def ask() -> None:
            place = self._place(self._ask(Request(method="POST", url=self._uploads), PUSH), 202)
            self._ask(Request(method="DELETE", url=place), PUSH).close()

        self.registry.persistently(ask)

    def take_over(self, blob: Blob, origin: str) -> bool:
        """Return whether the registry has taken the bytes over from its repository `origin`."""
        query = urlencode({"mount": blob.digest, "from": origin})

        def ask() -> bool:
            request = Request(method="POST", url=f"{self._uploads}?{query}")
            answer = self._talk.ask(request, f"{scope(self.repository, PUSH)} {scope(origin, 'pull')}")
            if answer.status == 201:
                answer.close()
                return True
            # It has begun an upload instead, which we do not need.
            self._ask(Request(method="DELETE", url=self._place(answer, 202)), PUSH).close()
            return False

        return self.registry.persistently(ask)

    def send(self, blob: Blob, pieces: Iterable[bytes]) -> None:
        """Send bytes as they come. Raises OSError and HTTPException too: only the caller can begin anew."""
        place = self._place(self._ask(Request(method="POST", url=self._uploads), PUSH), 202)
        headers = {"Content-Type": "application/octet-stream"}
        answer = self._ask(Request(method="PATCH", url=place, headers=headers, body=pieces, length=blob.size), PUSH)
        if answer.status == 401:
            answer.close()
            raise ConnectionError("the login ran out in the middle of an upload")
        place = self._place(answer, 202)
        place += f"{'&' if '?' in place else '?'}{urlencode({'digest': blob.digest})}"
        # Where layers lie in a cloud's storage, a large one is copied there before the answer.
        with self._ask(Request(method="PUT", url=place, is_slow=True), PUSH) as answer:
            if answer.status != 201:
                raise self._talk.refusal(self._what, answer)

    @property
    def _uploads(self) -> str:
        return f"/v2/{self.repository}/blobs/uploads/"

    @property
    def _what(self) -> str:
        return f"push to {self.registry.server}/{self.repository}"

    def _ask(self, request: Request, rights: str) -> Answer:
        return self._talk.ask(request, scope(self.repository, rights))

    def _place(self, answer: Answer, expected: int) -> str:
        """Return where an upload goes on. Raises OperationError where the registry takes none."""
        with answer:
            if answer.status != expected:
                raise self._talk.refusal(self._what, answer)
            place = answer.location()
        if place is None:
            raise garbage(self.registry.server, "registry", "it begins an upload and does not say where")
        self._talk.check_step(Origin.of(answer.url), Origin.of(place))
        return place
