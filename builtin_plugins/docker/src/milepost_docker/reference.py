"""References of images: read, completed and shortened as docker does it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A reference with all that docker leaves out."""

    server: str
    """The registry: `docker.io`, `localhost:5000`, `[::1]:5000`."""
    path: str
    """The repository there: `library/busybox`."""
    tag: str | None = None
    digest: str | None = None
    """`sha256:` and 64 digits."""

    @property
    def name(self) -> str:
        """Return registry and repository: `docker.io/library/busybox`."""
        raise NotImplementedError

    @property
    def familiar_name(self) -> str:
        """Return the name as people write it: `busybox`."""
        raise NotImplementedError

    @property
    def familiar(self) -> str:
        """Return all of it as people write it: `busybox:1.36`, `registry.test/shop@sha256:…`."""
        raise NotImplementedError

    @property
    def api_server(self) -> str:
        """Return the host that answers its API: `registry-1.docker.io` for Docker Hub."""
        raise NotImplementedError

    def tagged(self, tag: str) -> Reference:
        """Return the same repository by tag, without a digest. Raises MilepostError for no legal tag."""
        raise NotImplementedError

    def pinned(self, digest: str) -> Reference:
        """Return the same repository by digest, without a tag."""
        raise NotImplementedError


def parse(text: str) -> Reference:
    """Return what is written: `busybox`, `HOST:PORT/PATH:TAG@DIGEST`. Without tag and digest, both are None.

    Raises MilepostError that says what is wrong with it.
    """
    raise NotImplementedError


def image_name(project: str, app: str) -> str:
    """Return the repository of an app's images where no registry says one: `milepost/PROJECT/APP`, always legal.

    Names with letters that docker does not take get a hash, so that different apps never share one.
    """
    raise NotImplementedError


def operation_tag(operation: str) -> str:
    """Return a tag that is unique to an operation and always legal."""
    raise NotImplementedError
