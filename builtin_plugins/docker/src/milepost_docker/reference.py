"""References of images: read, completed and shortened as docker does it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace

from milepost.sdk import MilepostError

HUB = "docker.io"
"""The registry that nobody writes."""
HUB_API = "registry-1.docker.io"
LIBRARY = "library/"
"""Where Docker Hub has what it calls by one word."""
LONGEST_NAME = 255
LONGEST_TAG = 128
OWN = "milepost"
"""What the names of our own images begin with."""

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_SERVER = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}")
_ID = re.compile(r"[a-f0-9]{64}")


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
        return f"{self.server}/{self.path}"

    @property
    def familiar_name(self) -> str:
        """Return the name as people write it: `busybox`."""
        if self.server != HUB:
            return self.name
        short = self.path.removeprefix(LIBRARY)
        return self.path if "/" in short else short

    @property
    def familiar(self) -> str:
        """Return all of it as people write it: `busybox:1.36`, `registry.test/shop@sha256:…`."""
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.familiar_name}{tag}" + (f"@{self.digest}" if self.digest else "")

    @property
    def api_server(self) -> str:
        """Return the host that answers its API: `registry-1.docker.io` for Docker Hub."""
        return HUB_API if self.server == HUB else self.server

    def tagged(self, tag: str) -> Reference:
        """Return the same repository by tag, without a digest. Raises MilepostError for no legal tag."""
        if not _TAG.fullmatch(tag):
            message = f"{tag!r} cannot be a tag: it has letters, digits, `_`, `.`, `-`, {LONGEST_TAG} at the most"
            raise MilepostError(message, hint="it must not begin with `.` or `-`")
        return replace(self, tag=tag, digest=None)

    def pinned(self, digest: str) -> Reference:
        """Return the same repository by digest, without a tag."""
        return replace(self, tag=None, digest=digest)


def parse(text: str) -> Reference:
    """Return what is written: `busybox`, `HOST:PORT/PATH:TAG@DIGEST`. Without tag and digest, both are None.

    Raises MilepostError that says what is wrong with it.
    """
    if not text or text != text.strip():
        raise _refused(text, "it is empty" if not text.strip() else "it has blanks around it")
    if _ID.fullmatch(text):
        raise _refused(text, "that is the id of an image, not a name", "name it by `docker tag`, or write sha256:…")
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise _refused(text, f"{digest!r} is no digest", "a digest is `sha256:` and 64 digits of 0-9 and a-f")
    server, path = _split(rest)
    path, colon, tag = path.partition(":")
    if colon and not _TAG.fullmatch(tag):
        raise _refused(text, f"{tag!r} is no tag", f"letters, digits, `_`, `.`, `-`; {LONGEST_TAG} at the most")
    _check(text, server, path)
    return Reference(server=server, path=path, tag=tag or None, digest=digest or None)


def image_name(project: str, app: str) -> str:
    """Return the repository of an app's images where no registry says one: `milepost/PROJECT/APP`, always legal.

    Names with letters that docker does not take get a hash, so that different apps never share one.
    """
    return f"{OWN}/{_component(project)}/{_component(app)}"


def operation_tag(operation: str) -> str:
    """Return a tag that is unique to an operation and always legal."""
    return operation.lower() if _TAG.fullmatch(operation) else _component(operation)


def _split(text: str) -> tuple[str, str]:
    """Return registry and path; what is before the first `/` is a registry if it looks like one."""
    first, slash, rest = text.partition("/")
    is_server = slash and (any(sign in first for sign in ".:[") or first == "localhost" or first != first.lower())
    server, path = (first, rest) if is_server else (HUB, text)
    if server in ("index.docker.io", HUB_API):
        server = HUB
    if server == HUB and "/" not in path:
        path = LIBRARY + path
    return server, path


def _check(text: str, server: str, path: str) -> None:
    """Raise for a registry or a path that docker would not take."""
    if not _SERVER.fullmatch(server):
        raise _refused(text, f"{server!r} is no registry", "write HOST or HOST:PORT, without https://")
    if path != path.lower():
        raise _refused(text, "the repository must be lower case", f"write {text.replace(path, path.lower())}")
    if not _PATH.fullmatch(path):
        hint = "words of a-z and 0-9 with `.`, `_`, `__` or `-` between them, separated by `/`"
        raise _refused(text, f"{path.removeprefix(LIBRARY)!r} is no repository", hint)
    if len(server) + 1 + len(path) > LONGEST_NAME:
        raise _refused(text, f"the name is longer than {LONGEST_NAME} characters")


def _refused(text: str, why: str, hint: str = "") -> MilepostError:
    return MilepostError(f"{text!r} cannot be the reference of an image: {why}", hint=hint)


def _component(name: str) -> str:
    """Return a name as one component of a repository: as it is where that is legal."""
    if re.fullmatch(_COMPONENT, name) and len(name) <= 60:
        return name
    legible = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")
    # Two signs that a legal name cannot have in this place: nobody's own name looks like it.
    hashed = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{legible}__{hashed}" if legible else f"app__{hashed}"
