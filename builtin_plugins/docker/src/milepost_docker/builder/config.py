"""What the `use` block may say, of the three builders."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from milepost.sdk import Credential, MilepostError, PluginConfig
from milepost.sdk.secret import Secret
from milepost_docker.engine.config import Auth, ClientConfig
from milepost_docker.reference import Reference, parse

NO_ENTRYPOINT = "Accepted and without effect: milepost puts no program of its own into images."


def named(image: str, tag: str) -> Reference:
    """Return the image that the arguments `image` and `tag` mean; a tag may be a digest. Raises ValueError."""
    try:
        found = parse(image)
        if found.tag or found.digest:
            raise ValueError(
                f"image {image!r} has a tag or digest in it: write image = {found.familiar_name!r}, tag = …"
            )
        if tag.startswith("sha256:"):
            return parse(found.pinned(tag).familiar)
        return found.tagged(tag)
    except MilepostError as error:
        raise ValueError(str(error)) from error


class SecretFrom(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a build's secret is read from; one of the two."""

    env: Annotated[str | None, Meta(description="An environment variable of whoever runs milepost.")] = None
    file: Annotated[str | None, Meta(description="A file; relative to the app's folder, `~` is the user's home.")] = (
        None
    )

    def __post_init__(self) -> None:
        """Refuse none and both."""
        if (self.env is None) == (self.file is None):
            raise ValueError("a secret is read from `env` or from `file`: give one of them")


class DockerBuildConfig(PluginConfig, frozen=True, kw_only=True):
    """What stands in `use "docker"` of a `build` block."""

    dockerfile: Annotated[
        str,
        Meta(description="The Dockerfile, relative to the app's folder; it may lie outside the context."),
    ] = "Dockerfile"
    context: Annotated[
        str, Meta(description="The folder whose files the build may use, relative to the app's folder.")
    ] = "."
    build_args: Annotated[
        dict[str, str | Secret],
        Meta(description="Values of `ARG`. They can be read in the image's history, so secrets are refused here."),
    ] = field(default_factory=dict)
    target: Annotated[str | None, Meta(description="The stage of the Dockerfile to build; without it, the last.")] = (
        None
    )
    platforms: Annotated[
        list[str],
        Meta(
            description="What it is built for, such as `linux/arm64`; several make one image for all. None given: what "
            "the app's platform runs, or else what the engine runs."
        ),
    ] = field(default_factory=list)
    platform: Annotated[str | None, Meta(description="The same for one platform; Waypoint's name.")] = None
    buildkit: Annotated[
        bool | None,
        Meta(
            description="True demands `docker buildx`, false the engine's classic builder. Not given: buildx where it "
            "is installed."
        ),
    ] = None
    builder: Annotated[
        str | None, Meta(description="The builder instance of buildx to use, as `docker buildx ls` names it.")
    ] = None
    no_cache: Annotated[bool, Meta(description="Build every step anew.")] = False
    pull: Annotated[bool, Meta(description="Look for newer base images, also where older ones are there.")] = False
    cache_from: Annotated[
        list[str], Meta(description="Where else to look for steps done before: images, or `type=registry,ref=…`.")
    ] = field(default_factory=list)
    cache_to: Annotated[
        list[str], Meta(description="Where to keep the steps for others, such as `type=local,dest=…`; BuildKit only.")
    ] = field(default_factory=list)
    secrets: Annotated[
        dict[str, Credential | SecretFrom],
        Meta(
            description="Secrets for `RUN --mount=type=secret`: id → value, or where it is read from. They are in no "
            "layer, no argument and no record; BuildKit only."
        ),
    ] = field(default_factory=dict)
    ssh: Annotated[
        list[str], Meta(description="For `RUN --mount=type=ssh`: `default` is the user's agent; `ID=KEY` a key.")
    ] = field(default_factory=list)
    labels: Annotated[
        dict[str, str],
        Meta(description="Labels of the image, beside `milepost/project` and `milepost/app`. They are in its digest."),
    ] = field(default_factory=dict)
    oci_labels: Annotated[
        bool,
        Meta(
            description="Label the image with commit, source, version and time of the commit too, not only its record: "
            "then a commit that changes none of its files makes another image, and another deployment, all the same."
        ),
    ] = False
    tags: Annotated[
        list[str], Meta(description="More names: `NAME:TAG`, or a tag alone for the name that it has anyway.")
    ] = field(default_factory=list)
    network: Annotated[str | None, Meta(description="The network of `RUN` steps: `default`, `none`, `host`.")] = None
    add_hosts: Annotated[
        dict[str, str], Meta(description='Names that `RUN` steps find, with their addresses: `db = "10.0.0.5"`.')
    ] = field(default_factory=dict)
    auth: Annotated[
        list[Auth],
        Meta(
            description="Who we are to the registries of base images, with `hostname`; the block may be given several "
            "times. For others: what the Docker CLI's config and its credential helpers know."
        ),
    ] = field(default_factory=list)
    provenance: Annotated[
        bool | Literal["min", "max"],
        Meta(
            description="Attach how it was built. It tells the time too, so each build is another image and another "
            "deployment. Only with a registry, and BuildKit 0.11 or newer."
        ),
    ] = False
    sbom: Annotated[
        bool | str,
        Meta(description="Attach a list of the software in it; a text names the image of the generator."),
    ] = False
    shm_size: Annotated[str | None, Meta(description="The size of `/dev/shm` in `RUN` steps, such as `128m`.")] = None
    ulimits: Annotated[
        dict[str, str], Meta(description='Limits in `RUN` steps: `nofile = "1024:2048"`, soft and hard.')
    ] = field(default_factory=dict)
    keep_images: Annotated[
        int | None,
        Meta(
            ge=0,
            description="How many images that were not pushed stay on the engine, beside those that a deployment or a "
            "rollback may need; older ones are deleted after a release. `null` keeps all.",
        ),
    ] = 2
    disable_entrypoint: Annotated[bool, Meta(description=NO_ENTRYPOINT)] = False
    client_config: Annotated[ClientConfig, Meta(description="The engine that builds.")] = ClientConfig()

    def __post_init__(self) -> None:
        """Refuse what types cannot say."""
        secret = sorted(name for name, value in self.build_args.items() if isinstance(value, Secret))
        if secret:
            raise ValueError(
                f"build_args: {', '.join(secret)} is secret, and everybody can read build args in the image's history; "
                "write secrets = { … } and use it by RUN --mount=type=secret,id=…"
            )
        if self.platform and self.platforms:
            raise ValueError("`platform` and `platforms` say the same: give one of them")
        bad = [each for each in self.wanted if not re.fullmatch(r"[a-z0-9]+/[a-z0-9]+(/[a-z0-9]+)?", each)]
        if bad:
            raise ValueError(f"{bad[0]!r} is no platform; expected OS/ARCHITECTURE, such as linux/arm64")
        for limit in self.ulimits.values():
            if not re.fullmatch(r"-?\d+(:-?\d+)?", limit):
                raise ValueError(f"the ulimit {limit!r} is no number; expected SOFT or SOFT:HARD, such as 1024:2048")

    @property
    def wanted(self) -> tuple[str, ...]:
        """The platforms that the file names."""
        return (self.platform,) if self.platform else tuple(self.platforms)


class ForeignConfig(PluginConfig, frozen=True, kw_only=True):
    """An image that somebody else made, and who we are where it is kept."""

    image: Annotated[str, Meta(description="The image without its tag, such as `registry.example.com/shop/web`.")]
    tag: Annotated[str, Meta(description="Its tag, or its digest: `sha256:…`.")]
    auth: Annotated[
        Auth | None,
        Meta(description="Who we are to its registry; not given, or empty: what the Docker CLI's config knows."),
    ] = None
    encoded_auth: Annotated[
        Credential | None, Meta(description="The same as base64 of a JSON document; it wins over `auth`.")
    ] = None

    def __post_init__(self) -> None:
        """Refuse what is no image."""
        named(self.image, self.tag)

    @property
    def reference(self) -> Reference:
        """The image that is meant."""
        return named(self.image, self.tag)


class PullConfig(ForeignConfig, frozen=True, kw_only=True):
    """What stands in `use "docker-pull"` of a `build` block."""

    platform: Annotated[
        str | None, Meta(description="Which one of an image for several; not given: what the app's platform runs.")
    ] = None
    disable_entrypoint: Annotated[bool, Meta(description=NO_ENTRYPOINT)] = False
    client_config: Annotated[ClientConfig, Meta(description="The engine that pulls.")] = ClientConfig()


class RefConfig(ForeignConfig, frozen=True, kw_only=True):
    """What stands in `use "docker-ref"` of a `build` block."""

    insecure: Annotated[
        bool, Meta(description="Speak to the registry without TLS, or without checking its certificate.")
    ] = False
    local: Annotated[bool, Meta(description="The image is on the engine only: that one is asked, and no registry.")] = (
        False
    )
    client_config: Annotated[
        ClientConfig, Meta(description="The engine that is asked where `local`, or where the registry is out of reach.")
    ] = ClientConfig()
