"""What can be asked of a registry, in the words of the OCI distribution specification."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urljoin

from milepost.sdk import Step
from milepost_docker.credentials import Login
from milepost_docker.registry.exchange import Answer, Request
from milepost_docker.registry.manifest import ACCEPTED, Blob, Found, Manifest, digest_of
from milepost_docker.registry.talk import Manner, Talk
from milepost_docker.registry.trouble import garbage

_MOST_MANIFEST = 8 << 20
_MOST_TAGS = 4 << 20
_ACCEPT: Mapping[str, str] = {"Accept": ", ".join(ACCEPTED)}
PULL, PUSH, DELETE = "pull", "pull,push", "pull,push,delete"

T = TypeVar("T")


class RegistryClient:
    """The registry that a login is for; a context, which ends the connections.

        with RegistryClient(credentials("registry.example.com:5000", None, step), step) as registry:
            found = registry.find("shop/web", "1.4")

    A `repository` is the path of an image without server and tag; `which` is a tag or a digest. Every method raises
    OperationError with a hint when the registry refuses or cannot be reached, and CancelledError.
    """

    def __init__(self, login: Login, step: Step, manner: Manner | None = None) -> None:
        self.server = login.server
        self.talk = Talk(login, step, manner)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.talk.__exit__(kind, error, at)

    def persistently(self, act: Callable[[], T]) -> T:
        """Return what `act` does, tried again after faults of the network. Raises OperationError at last."""
        return self.talk.persistently(act)

    def login(self) -> None:
        """Return when the registry lets us in. Raises OperationError when it does not."""

        def ask() -> None:
            with self.talk.ask(Request(method="GET", url="/v2/"), "") as answer:
                if answer.status != 200:
                    raise self.talk.refusal(f"log in to {self.server}", answer)

        self.persistently(ask)

    def find(self, repository: str, which: str) -> Found | None:
        """Return digest and kind of a manifest; None where the registry has nothing of that name."""

        def ask() -> Found | None:
            with self._manifest("HEAD", repository, which) as answer:
                if answer.status == 404:
                    return None
                digest = answer.headers.get("Docker-Content-Digest")
                if answer.status == 200 and digest:
                    return Found(digest, answer.headers.get("Content-Type", ""))
            whole = self._read(repository, which)
            return Found(whole.digest, whole.media_type) if whole else None

        return self.persistently(ask)

    def manifest(self, repository: str, which: str) -> Manifest | None:
        """Return a manifest or list byte for byte; None where the registry has nothing of that name."""
        return self.persistently(lambda: self._read(repository, which))

    def put_manifest(self, repository: str, which: str, manifest: Manifest) -> None:
        """Have the registry keep the manifest, unchanged, under a tag or its digest."""

        def ask() -> None:
            url = f"/v2/{repository}/manifests/{which}"
            headers = {"Content-Type": manifest.media_type}
            request = Request(method="PUT", url=url, headers=headers, body=manifest.raw)
            with self.talk.ask(request, scope(repository, PUSH)) as answer:
                if answer.status not in (200, 201, 202):
                    raise self.talk.refusal(f"write {which} of {self.server}/{repository}", answer)
                kept = answer.headers.get("Docker-Content-Digest", manifest.digest)
            if kept != manifest.digest:
                raise garbage(self.server, "registry", f"it was given {manifest.digest} and says that it has {kept}")

        self.persistently(ask)

    def delete_manifest(self, repository: str, digest: str) -> None:
        """Remove a manifest and with it every tag on it; what is gone already is no error."""

        def ask() -> None:
            request = Request(method="DELETE", url=f"/v2/{repository}/manifests/{digest}")
            with self.talk.ask(request, scope(repository, DELETE)) as answer:
                if answer.status not in (200, 202, 404):
                    raise self.talk.refusal(f"delete {self.server}/{repository}@{digest}", answer)

        self.persistently(ask)

    def tags(self, repository: str) -> tuple[str, ...]:
        """Return all tags of a repository; none where there is no such repository."""
        found: list[str] = []
        page: str | None = f"/v2/{repository}/tags/list?n=1000"
        while page:
            page, more = self.persistently(partial(self._tags, repository, page))
            found += more
        return tuple(found)

    def has_blob(self, repository: str, blob: Blob) -> bool:
        """Return whether the repository has these bytes."""

        def ask() -> bool:
            request = Request(method="HEAD", url=f"/v2/{repository}/blobs/{blob.digest}")
            with self.talk.ask(request, scope(repository, PUSH)) as answer:
                if answer.status not in (200, 404):
                    raise self.talk.refusal(f"push to {self.server}/{repository}", answer)
                return answer.status == 200

        return self.persistently(ask)

    @contextmanager
    def reading(self, repository: str, blob: Blob) -> Iterator[Iterator[bytes] | None]:
        """Give the bytes in pieces; None where they are gone. Raises OSError and HTTPException too: no retry here."""
        request = Request(method="GET", url=f"/v2/{repository}/blobs/{blob.digest}")
        with self.talk.ask(request, scope(repository, PULL)) as answer:
            if answer.status not in (200, 404):
                raise self.talk.refusal(f"pull from {self.server}/{repository}", answer)
            yield answer.pieces() if answer.status == 200 else None

    def small(self, repository: str, blob: Blob, most: int = 16 << 20) -> bytes | None:
        """Return small bytes whole, such as a config; None where they are gone."""

        def ask() -> bytes | None:
            with self.reading(repository, blob) as pieces:
                data = None if pieces is None else _limited(pieces, most)
            if data is not None and digest_of(data) != blob.digest:
                raise garbage(self.server, "blob", f"it is not that of {blob.digest}")
            return data

        return self.persistently(ask)

    def _read(self, repository: str, which: str) -> Manifest | None:
        with self._manifest("GET", repository, which) as answer:
            if answer.status == 404:
                return None
            if answer.status != 200:
                raise self.talk.refusal(f"read {self.server}/{_named(repository, which)}", answer)
            raw = _limited(answer.pieces(), _MOST_MANIFEST)
        manifest = Manifest(raw, answer.headers.get_content_type())
        try:
            manifest.check()
        except ValueError as error:
            raise garbage(self.server, "image", error) from error
        if ":" in which and which != manifest.digest:
            raise garbage(self.server, "image", f"its digest is {manifest.digest}, and {which} was asked for")
        return manifest

    def _manifest(self, method: str, repository: str, which: str) -> Answer:
        request = Request(method=method, url=f"/v2/{repository}/manifests/{which}", headers=_ACCEPT)
        return self.talk.ask(request, scope(repository, PULL))

    def _tags(self, repository: str, page: str) -> tuple[str | None, list[str]]:
        """Return the tags of one page, and where the next is."""
        with self.talk.ask(Request(method="GET", url=page), scope(repository, PULL)) as answer:
            if answer.status == 404:
                return None, []
            if answer.status != 200:
                raise self.talk.refusal(f"list the tags of {self.server}/{repository}", answer)
            try:
                tags = json.loads(_limited(answer.pieces(), _MOST_TAGS))["tags"] or []
                found = [str(each) for each in tags]
            except (ValueError, LookupError, TypeError) as error:
                raise garbage(self.server, "list of tags", error) from error
            link, _, kind = (answer.headers.get("Link") or "").partition(";")
            return (urljoin(answer.url, link.strip(" <>")) if "next" in kind else None), found


def scope(repository: str, rights: str) -> str:
    """Return what a token is asked for, in the words of a registry's own challenge."""
    return f"repository:{repository}:{rights}"


def _named(repository: str, which: str) -> str:
    return f"{repository}{'@' if ':' in which else ':'}{which}"


def _limited(pieces: Iterator[bytes], most: int) -> bytes:
    """Return the pieces as one. Raises ValueError when they are more than anybody would send."""
    read = bytearray()
    for piece in pieces:
        read += piece
        if len(read) > most:
            raise ValueError(f"it is larger than {most} bytes")
    return bytes(read)
