"""What a reference stands for, asked of its registry: digest, platforms, size, labels."""

from __future__ import annotations

from milepost.sdk import Step
from milepost_docker.credentials import Login
from milepost_docker.reference import Reference
from milepost_docker.registry.api import RegistryClient
from milepost_docker.registry.manifest import Manifest, Resolved, described
from milepost_docker.registry.talk import Manner
from milepost_docker.registry.trouble import garbage


def resolve(reference: Reference, login: Login, step: Step, manner: Manner | None = None) -> Resolved | None:
    """Return what a reference stands for now, by its digest or else its tag; None where the registry has no such image.

    Raises OperationError with a hint when the registry refuses or cannot be reached, CancelledError.
    """
    with RegistryClient(login, step, manner) as registry:
        return resolved(registry, reference.path, reference.digest or reference.tag or "latest")


def resolved(registry: RegistryClient, repository: str, which: str) -> Resolved | None:
    """Return what a tag or digest stands for; None where the registry has nothing of that name, or not all of it."""
    top = registry.manifest(repository, which)
    if top is None:
        return None
    first = top
    if top.is_list:
        if not top.images:
            raise garbage(registry.server, "container image", "the list names none")
        child = registry.manifest(repository, top.images[0][1].digest)
        if child is None:
            return None
        first = child
    return _described(registry, repository, top, first)


def _described(registry: RegistryClient, repository: str, top: Manifest, first: Manifest) -> Resolved | None:
    """Return what is known of an image by the config of the first one of its list, or of itself."""
    config = first.config and registry.small(repository, first.config)
    if not config:
        return None
    try:
        platform, labels = described(config)
    except (ValueError, AttributeError, TypeError) as error:
        raise garbage(registry.server, "container image", error) from error
    return Resolved(
        digest=top.digest,
        media_type=top.media_type,
        platforms=tuple(name for name, _ in top.images) or (platform,),
        size=sum(each.size for each in first.layers),
        labels=labels,
    )
