"""Labels of objects outside: what each is labelled with, so that it can be told whose it is, without any history."""

from __future__ import annotations

from datetime import UTC

from milepost.sdk.record import Operation

PREFIX = "milepost/"
"""What the names of our labels begin with; the user's never do, ours win."""

PROJECT = "milepost/project"
"""The project's name."""
APP = "milepost/app"
"""The app's name."""
WORKSPACE = "milepost/workspace"
"""The workspace's name."""
STORE = "milepost/store"
"""The id of the history that has the record of it."""
RUN = "milepost/run"
"""The id of the run that made it."""
NUMBER = "milepost/number"
"""The number of that run."""
OPERATION = "milepost/operation"
"""The id of the operation that made it."""
KIND = "milepost/kind"
"""The stage of that operation: `deploy` for what a platform deployed, `release` for a releaser's, `task` for a task."""
WHEN = "milepost/when"
"""When that operation began: UTC, as ISO 8601."""
USER = "milepost/user"
"""Who asked for the run."""
COMMIT = "milepost/commit"
"""The git commit that its artifact was made of."""
DIGEST = "milepost/digest"
"""The digest of its artifact: `sha256:` and 64 digits."""
ARTIFACT = "milepost/artifact"
"""Where its artifact is: a path, an image reference."""
ARTIFACT_KIND = "milepost/artifact-kind"
"""What its artifact is, such as `container-image/1`."""

ALWAYS = (PROJECT, APP, WORKSPACE, STORE, RUN, NUMBER, OPERATION, KIND, WHEN)
"""The labels that every object has."""
WHERE_KNOWN = (USER, COMMIT, DIGEST, ARTIFACT, ARTIFACT_KIND)
"""Those that an object has where the value is known."""

OWN = (*ALWAYS, *WHERE_KNOWN)
"""All labels that are ours. From them alone a lost history is made anew."""


def outside_labels(operation: Operation, store: str) -> dict[str, str]:
    """Return the labels for the objects that an operation makes outside; ours win over those of the user.

    A platform whose labels hold less (63 characters, few signs) keeps them where it can hold them whole.
    """
    own = {
        PROJECT: operation.project,
        APP: operation.app,
        WORKSPACE: operation.workspace,
        STORE: store,
        RUN: operation.run,
        NUMBER: str(operation.number),
        OPERATION: operation.id,
        KIND: operation.stage,
        WHEN: operation.started.astimezone(UTC).isoformat(),
        **_where_known(operation),
    }
    theirs = {name: value for name, value in operation.labels.items() if not name.startswith(PREFIX)}
    return {**theirs, **own}


def _where_known(operation: Operation) -> dict[str, str]:
    """Return the labels whose values are not known of every operation."""
    artifact, source = operation.artifact, operation.source
    known = {
        USER: operation.user,
        COMMIT: source.commit if source else None,
        DIGEST: artifact.digest if artifact else None,
        ARTIFACT: artifact.reference if artifact else None,
        ARTIFACT_KIND: artifact.kind if artifact else None,
    }
    return {name: value for name, value in known.items() if value}
