"""Which engine is meant: the block `client_config`, for all roles of this plugin."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from milepost.sdk import Credential, MilepostError


class ClientConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The engine to work on; without any of this, the one that the `docker` command would use."""

    host: Annotated[
        str | None,
        Meta(description="Its address: `unix:///PATH`, `tcp://HOST:PORT`, `ssh://USER@HOST`. Wins over `context`."),
    ] = None
    context: Annotated[str | None, Meta(description="A context of the Docker CLI, by name.")] = None
    cert_path: Annotated[
        str | None, Meta(description="A folder with `ca.pem`, `cert.pem` and `key.pem`, for TLS with `tcp://`.")
    ] = None
    tls_verify: Annotated[bool, Meta(description="Whether the engine's certificate is checked.")] = True
    api_version: Annotated[
        str | None, Meta(description="The version of the engine's API, such as `1.41`; negotiated when not given.")
    ] = None
    timeout: Annotated[float, Meta(description="How long the engine may take to answer, in seconds.")] = 60.0

    def __post_init__(self) -> None:
        """Raise ValueError for what is no address."""
        if self.host is not None:
            from milepost_docker.engine.address import of_host  # noqa: PLC0415  most name no engine

            try:
                of_host(self.host, "host", None)
            except MilepostError as error:
                raise ValueError(f"{error}; {error.hint}") from None


class Auth(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who we are to a registry; without it, what the Docker CLI's config and its credential helpers know."""

    hostname: Annotated[str | None, Meta(description="The registry it is for, where a block can be for several.")] = (
        None
    )
    username: Annotated[str | None, Meta(description="The user's name.")] = None
    password: Annotated[Credential | None, Meta(description="The password or access token.")] = None
    email: Annotated[str | None, Meta(description="Not used by today's registries; accepted.")] = None
    auth: Annotated[Credential | None, Meta(description="`USER:PASSWORD` in base64, as the CLI's config has it.")] = (
        None
    )
    # Waypoint's files write these three in its own way, and go on working.
    server_address: Annotated[str | None, Meta(description="The registry's address, where it is not the image's.")] = (
        field(default=None, name="serverAddress")
    )
    identity_token: Annotated[Credential | None, Meta(description="A token in the place of name and password.")] = (
        field(default=None, name="identityToken")
    )
    registry_token: Annotated[Credential | None, Meta(description="A bearer token that is sent as it is.")] = field(
        default=None, name="registryToken"
    )
