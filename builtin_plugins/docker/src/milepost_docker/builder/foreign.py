"""Images that somebody else made: which one is meant, who we are there, whether the app's platform can run it."""

from __future__ import annotations

from milepost.sdk import Credential, OperationError, Step
from milepost_docker.credentials import Login, credentials, decoded
from milepost_docker.engine.config import Auth
from milepost_docker.reference import Reference


def login(reference: Reference, auth: Auth | None, encoded: Credential | None, step: Step) -> Login:
    """Return who we are to the image's registry: `encoded_auth`, then `auth`, then what the Docker CLI knows."""
    return credentials(reference.server, decoded(encoded, step) if encoded else auth, step)


class MissingImageError(OperationError):
    """An image that is not where it was looked for."""


def missing(reference: Reference, where: str) -> MissingImageError:
    """Return the error for an image that is not there."""
    return MissingImageError(
        f"{where} has no image {reference.familiar}",
        hint="correct `image` and `tag`; where it needs a login, registries say the same: docker login "
        f"{reference.server}",
    )


def refuse_other_platforms(reference: Reference, platforms: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    """Raise OperationError where the image is for none of what the app's platform runs."""
    lacking = [each for each in wanted if not any(fits(each, there) for there in platforms)]
    if platforms and lacking:
        raise OperationError(
            f"{reference.familiar} is for {', '.join(platforms)}, and what is wanted is {', '.join(lacking)}",
            hint="choose an image for it, or deploy to an engine that runs this one",
        )


def fits(wanted: str, there: str) -> bool:
    """Return whether one platform is the other, where only one of them names the variant of the processor."""
    return wanted == there or wanted.startswith(f"{there}/") or there.startswith(f"{wanted}/")
