"""What a builder makes: an artifact, and the kinds of artifact that plugins agree on."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from milepost.sdk.secret import Secret

FILE_TREE = "file-tree/1"
"""A tree of files. `reference` is an absolute folder that holds it and is never written again."""

CONTAINER_IMAGE = "container-image/1"
"""A container image. `reference` is what an engine pulls: `IMAGE@sha256:…` once it was pushed, before that `IMAGE:TAG`,
which one engine alone has: then the artifact is `provisional`, and `digest` is the id that this engine gave the image.

Details: `image` (the name without tag and digest), `tag` (for people), `platforms` (such as `linux/amd64`, one for each
of a list), `architecture` (of the first), `location` (`registry` or `engine`), and where they are known `size` (in
bytes), `labels`, `engine` (which one has it) and `sources` (what a builder says it was made of).
"""


class Artifact(Struct, frozen=True, kw_only=True):
    """Something that a builder made and a platform can run."""

    kind: Annotated[str, Meta(description="What it is, with the version of that kind's schema, such as `file-tree/1`.")]
    reference: Annotated[str, Meta(description="Where a platform gets it: a path, an image reference.")]
    digest: Annotated[
        str, Meta(description="`sha256:` and the digest of the content; the same content has the same digest.")
    ]
    details: Annotated[
        dict[str, Any],
        Meta(description="What else the kind's schema knows, as JSON values; in the project file: `artifact.NAME`."),
    ] = {}
    provisional: Annotated[
        bool,
        Meta(description="Only where it was made is it known by this digest: a registry gives it the one that lasts."),
    ] = False


class RegistryAccess(Struct, frozen=True, kw_only=True):
    """How to get at an artifact in a registry: for a builder that pushes by itself, for a platform that pulls."""

    reference: Annotated[str, Meta(description="Where the artifact is, or is to be: `IMAGE:TAG` for container images.")]
    server: Annotated[str, Meta(description="The registry, `HOST` or `HOST:PORT`.")]
    username: Annotated[str | None, Meta(description="Whose access it is; None: without one, or by token.")] = None
    password: Annotated[Secret | None, Meta(description="The password that goes with the name.")] = None
    token: Annotated[Secret | None, Meta(description="An identity token, in the place of name and password.")] = None
    insecure: Annotated[bool, Meta(description="Whether it is spoken to without TLS, or without checking it.")] = False
