"""What the `use` block may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from milepost.sdk import Credential, MilepostError, PluginConfig
from milepost_docker.engine.config import Auth, ClientConfig
from milepost_docker.reference import Reference, parse


class DockerRegistryConfig(PluginConfig, frozen=True, kw_only=True):
    """Where an app's images are kept.

    Who we are there is said by the first of these that says anything: `encoded_auth`, `username` and `password`, the
    block `auth`, DOCKER_AUTH_CONFIG, the Docker CLI's config with its credential helpers.
    """

    image: Annotated[
        str, Meta(description="The repository, with its registry and without a tag: `registry.example.com/shop/web`.")
    ]
    tag: Annotated[
        str | None,
        Meta(description="The tag for people; without it one that is unique to the build. Platforms go by digest."),
    ] = None
    tags: Annotated[tuple[str, ...], Meta(description="More tags that are put on the image, such as `latest`.")] = ()
    local: Annotated[
        bool, Meta(description="The image is only tagged on the engine, and pushed nowhere: it stays on that engine.")
    ] = False
    username: Annotated[str | None, Meta(description="The user's name at the registry.")] = None
    password: Annotated[Credential | None, Meta(description="The password or access token that goes with it.")] = None
    encoded_auth: Annotated[
        Credential | None,
        Meta(description="Name and password, or a token, as the engine's API has them: a JSON document in base64."),
    ] = None
    auth: Annotated[
        Auth | None, Meta(description="Name and password, or tokens. An empty block leaves it to the CLI's config.")
    ] = None
    insecure: Annotated[
        bool,
        Meta(
            description="The registry is spoken to with TLS that is not checked, or without TLS. An engine that is to "
            "push or pull must have it among its `insecure-registries` too. On loopback it is so without saying."
        ),
    ] = False
    ca: Annotated[
        str | None,
        Meta(description="A file with the certificate of who signed the registry's; relative to the app's folder."),
    ] = None
    keep_images: Annotated[
        int | None,
        Meta(
            ge=0,
            description="How many images of the app to keep beside those that a deployment or a rollback may need. "
            "Older ones are deleted after a release, unless a tag of somebody else is on them. Without it, all are "
            "kept. Only for a repository that one history alone writes to; the registry must allow deleting.",
        ),
    ] = None
    timeout: Annotated[
        float, Meta(gt=0, description="How long the registry may be silent before that is an error, in seconds.")
    ] = 30.0
    retries: Annotated[
        int, Meta(ge=0, description="How often something is tried again after a fault of the network.")
    ] = 2
    client_config: Annotated[ClientConfig, Meta(description="The engine that has the images before a push.")] = (
        ClientConfig()
    )

    def __post_init__(self) -> None:
        """Say what types cannot. Raises ValueError."""
        try:
            place = parse(self.image)
            for each in (*self.tags, *([self.tag] if self.tag is not None else [])):
                place.tagged(each)
        except MilepostError as error:
            raise ValueError(str(error)) from error
        if place.tag or place.digest:
            raise ValueError(f"image = {self.image!r} has a tag or digest; the tag stands in `tag`")
        if self.auth and self.auth.hostname and parse(f"{self.auth.hostname}/x").server != place.server:
            raise ValueError(f"auth.hostname = {self.auth.hostname!r}, but the registry of `image` is {place.server}")

    @property
    def place(self) -> Reference:
        """The repository."""
        return parse(self.image)

    def ca_in(self, source: Path) -> Path | None:
        """Return where the certificate is, for an app in that folder."""
        return source / self.ca if self.ca else None
