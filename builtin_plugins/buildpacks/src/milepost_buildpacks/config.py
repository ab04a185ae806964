"""What the `use` block may say."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta, field

from milepost.sdk import PluginConfig, Secret

CACHES = ("volume:", "bind:", "image:")


class BuildpacksConfig(PluginConfig, frozen=True, kw_only=True):
    """What stands in `use "buildpacks"`, or `use "pack"`, of a `build` block."""

    builder: Annotated[
        str | None,
        Meta(
            description="The builder image. Not given: the one of `pack config default-builder`, or else "
            "`heroku/builder:24`."
        ),
    ] = None
    buildpacks: Annotated[
        list[str],
        Meta(
            description="Which buildpacks, in this order, instead of those that fit: `ID@VERSION`, images, URLs, or "
            "paths relative to the app's folder (`./my-buildpack`)."
        ),
    ] = field(default_factory=list)
    pre_buildpacks: Annotated[list[str], Meta(description="Buildpacks before those that the builder finds fit.")] = (
        field(default_factory=list)
    )
    post_buildpacks: Annotated[list[str], Meta(description="Buildpacks after those that the builder finds fit.")] = (
        field(default_factory=list)
    )
    extensions: Annotated[
        list[str], Meta(description="Extensions of the base image, named as buildpacks are; experimental in `pack`.")
    ] = field(default_factory=list)
    env: Annotated[
        dict[str, str | Secret],
        Meta(
            description="Variables of the build, which the running app does not have. Secrets are in no argument and "
            "no record, but a buildpack can write what it is given into the image."
        ),
    ] = field(default_factory=dict)
    static_environment: Annotated[
        dict[str, str | Secret], Meta(description="The same; Waypoint's name. Where both say one, `env` holds.")
    ] = field(default_factory=dict)
    ignore: Annotated[
        list[str],
        Meta(description="Files that the build does not see, as in a `.gitignore`; beside `exclude` of project.toml."),
    ] = field(default_factory=list)
    process_type: Annotated[
        str | None, Meta(description="The process that the image starts with; not given: `web`, where there is one.")
    ] = None
    run_image: Annotated[str | None, Meta(description="The image that the app runs in, instead of the builder's.")] = (
        None
    )
    platform: Annotated[
        str | None,
        Meta(
            description="What it is built for, such as `linux/arm64`. Not given: what the app's platform runs, or else "
            "what the engine runs."
        ),
    ] = None
    publish: Annotated[
        bool | None,
        Meta(
            description="Put the image straight into the registry, past the engine. Not given: where the `registry` "
            "block lets builders push. False: always by way of the engine."
        ),
    ] = None
    tags: Annotated[
        list[str], Meta(description="More names: `NAME:TAG`, or a tag alone for the name that it has anyway.")
    ] = field(default_factory=list)
    cache: Annotated[
        str | None,
        Meta(
            description="Where layers for later builds are kept: `volume:NAME`, `bind:FOLDER` (relative to the app's "
            "folder), or `image:NAME` (with a registry only). Not given: a volume of the app and workspace."
        ),
    ] = None
    launch_cache: Annotated[
        str | None,
        Meta(description="Where layers of the image itself are kept where it goes to the engine: volume or bind."),
    ] = None
    clear_cache: Annotated[bool, Meta(description="Build without what earlier builds have left.")] = False
    pull_policy: Annotated[
        Literal["always", "if-not-present", "never"] | None,
        Meta(description="When builder and run image are pulled; not given: as `pack` does, always."),
    ] = None
    network: Annotated[
        str | None,
        Meta(
            description="The network of the build's containers. Not given: the engine's default, or `host` where the "
            "registry is on the loopback address."
        ),
    ] = None
    volumes: Annotated[
        list[str], Meta(description="Volumes and folders of the engine that the build sees: `HOST:TARGET[:ro|rw]`.")
    ] = field(default_factory=list)
    trust_builder: Annotated[
        bool,
        Meta(description="Let all phases run in one container of the builder, which then sees the registry login."),
    ] = False
    trust_extra_buildpacks: Annotated[
        bool, Meta(description="Trust buildpacks that are not the builder's own as much as the builder.")
    ] = False
    lifecycle_image: Annotated[
        str | None, Meta(description="The image whose lifecycle is used with a builder that is not trusted.")
    ] = None
    docker_host: Annotated[
        str | None,
        Meta(
            description="Where containers of the build find the engine: an address, or `inherit` for DOCKER_HOST. Not "
            "given: where it is found from here."
        ),
    ] = None
    descriptor: Annotated[
        str | None, Meta(description="The project descriptor, relative to the app's folder; not given: `project.toml`.")
    ] = None
    buildpack_registry: Annotated[str | None, Meta(description="The registry that names of buildpacks belong to.")] = (
        None
    )
    insecure_registries: Annotated[
        list[str], Meta(description="Registries that are spoken to without TLS, `HOST:PORT`, beside the app's own.")
    ] = field(default_factory=list)
    creation_time: Annotated[
        str | None,
        Meta(
            description="What the image gives as its time of creation: `now`, or seconds since 1970. Not given: 1980, "
            "so that the same files make the same image."
        ),
    ] = None
    workspace: Annotated[
        str | None,
        Meta(description="The folder of the app's files during the build and in the image; not given: `/workspace`."),
    ] = None
    uid: Annotated[
        int | None, Meta(description="The user id of the build and of the app, instead of the builder's.")
    ] = None
    gid: Annotated[int | None, Meta(description="The group id of the build and of the app.")] = None
    verbose: Annotated[bool, Meta(description="Have `pack` tell more.")] = False
    disable_entrypoint: Annotated[
        bool, Meta(description="Accepted and without effect: milepost puts no program of its own into images.")
    ] = False

    def __post_init__(self) -> None:
        """Refuse what types cannot say."""
        for name in sorted({*self.env, *self.static_environment}):
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name):
                raise ValueError(f"env: {name!r} is no name of a variable")
        if self.platform and not re.fullmatch(r"[a-z0-9]+/[a-z0-9]+(/[a-z0-9]+)?", self.platform):
            raise ValueError(f"{self.platform!r} is no platform; expected OS/ARCHITECTURE, such as linux/arm64")
        for where in (self.cache, self.launch_cache):
            if where is not None and not (where.startswith(CACHES) and where.partition(":")[2]):
                raise ValueError(f"the cache {where!r} is none; expected volume:NAME, bind:FOLDER or image:NAME")
        if self.launch_cache and self.launch_cache.startswith("image:"):
            raise ValueError("launch_cache: an image can keep the cache of the build only; expected volume:NAME")
        if self.creation_time and not re.fullmatch(r"now|\d+", self.creation_time):
            raise ValueError(f"creation_time: {self.creation_time!r} is neither `now` nor seconds since 1970")

    @property
    def variables(self) -> dict[str, str | Secret]:
        """The variables of the build, by whichever name they were given."""
        return {**self.static_environment, **self.env}
