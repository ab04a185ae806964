"""What a builder makes: an artifact, and the kinds of artifact that plugins agree on."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

FILE_TREE = "file-tree/1"
"""A tree of files. `reference` is an absolute folder that holds it and is never written again."""

CONTAINER_IMAGE = "container-image/1"
"""A container image. `reference` is what an engine pulls; by digest once it was pushed."""


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
