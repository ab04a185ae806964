"""The note on a container: of it, what the history knew of its deployment can be told again."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from milepost.sdk import Artifact
from milepost_docker.platform.state import DockerState


class Note(Struct, frozen=True, kw_only=True):
    """What a container's label says of its deployment."""

    version: int = DockerState.version
    state: DockerState
    artifact: Artifact | None = None


def note(state: DockerState, artifact: Artifact | None) -> str:
    """Return the text of the label."""
    return msgspec.json.encode(Note(state=state, artifact=artifact)).decode()
