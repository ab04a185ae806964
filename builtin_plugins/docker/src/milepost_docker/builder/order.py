"""What is asked of a builder, BuildKit or the classic one: names, labels, platforms, and where the image is to go.

An image's digest decides whether there is anything to deploy, so nothing that differs from run to run goes into the
image: its labels are `milepost/project`, `milepost/app` and those that the `use` block gives. Which commit it was made
of, and when, stands among the artifact's `labels` in the record (`org.opencontainers.image.revision`): in the image,
each commit would make another one of the same files. Who wants it there all the same says `oci_labels = true`. For the
same reason no provenance is attached unless it is asked for: it tells the time. The workspace and the history's id are
left out too: the same files built for `staging` and `production`, on a laptop and in CI, are one image.

A name is unique to the operation where the image stays on the engine, and the registry's own where it is pushed. What
is used from there on is the digest, so two builds at once are in nobody's way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from milepost.sdk import OperationError, Step
from milepost.sdk.artifact import RegistryAccess
from milepost_docker.builder.config import DockerBuildConfig
from milepost_docker.builder.recipe import Recipe
from milepost_docker.origin import origin_labels
from milepost_docker.reference import Reference, image_name, operation_tag, parse

IN_IMAGE = ("milepost/project", "milepost/app")


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be built, of what, and under which names."""

    config: DockerBuildConfig
    recipe: Recipe
    names: tuple[str, ...]
    """As an engine or a registry takes them; the first one is that of the artifact."""
    labels: tuple[tuple[str, str], ...]
    platforms: tuple[str, ...]
    """None given: what the engine runs."""
    origin: Mapping[str, str]
    """The OCI labels: where the files come from, for the record."""
    access: RegistryAccess | None
    """Where it is pushed as it is built; None: it stays on the engine."""

    @property
    def reference(self) -> Reference:
        """The name of the artifact."""
        return parse(self.names[0])


def ordered(config: DockerBuildConfig, recipe: Recipe, access: RegistryAccess | None, step: Step) -> Order:
    """Return what is asked of a builder; without `access` it stays on the engine. Raises OperationError."""
    own = parse(image_name(step.facts.project, step.facts.app)).tagged(operation_tag(step.facts.operation))
    first = parse(access.reference) if access else own
    if access and not first.tag:
        # Where the registry leaves the tag to us, each build has its own.
        first = first.tagged(operation_tag(step.facts.operation))
    origin = origin_labels(step, recipe.context)
    named = {**(origin if config.oci_labels else {}), **config.labels}
    labels = {**named, **{name: step.facts.labels[name] for name in IN_IMAGE if name in step.facts.labels}}
    return Order(
        config=config,
        recipe=recipe,
        names=tuple(dict.fromkeys([first.familiar, *(_named(each, first) for each in config.tags)])),
        labels=tuple(sorted(labels.items())),
        platforms=config.wanted or step.facts.targets,
        origin=origin,
        access=access,
    )


def demands(config: DockerBuildConfig, platforms: tuple[str, ...]) -> tuple[str, ...]:
    """Return what of a config only BuildKit can do, in the words of the project file."""
    asked = {
        "buildkit": config.buildkit is True,
        "builder": config.builder is not None,
        "secrets": bool(config.secrets),
        "ssh": bool(config.ssh),
        "cache_to": bool(config.cache_to),
        "provenance": config.provenance is not False,
        "sbom": config.sbom is not False,
        "platforms": len(platforms) > 1,
    }
    return tuple(name for name, is_asked in asked.items() if is_asked)


def _named(text: str, first: Reference) -> str:
    """Return one of `tags` as a whole name: a tag alone belongs to the image's own name."""
    if "/" in text or ":" in text:
        named = parse(text)
        if named.digest:
            raise OperationError(f"tags: {text} has a digest, and an image is named before it has one")
        return (named if named.tag else named.tagged("latest")).familiar
    return first.tagged(text).familiar
