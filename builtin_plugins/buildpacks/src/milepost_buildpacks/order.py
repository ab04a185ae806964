"""What is asked of `pack`: under which names, with which caches, and the command line, as values."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from milepost.sdk import Command, OperationError, Secret, Step
from milepost.sdk.artifact import RegistryAccess
from milepost_buildpacks.config import BuildpacksConfig
from milepost_buildpacks.descriptor import located
from milepost_buildpacks.engine import SOCKET, Engine

FALLBACK = "heroku/builder:24"
"""The builder where neither the project file nor the config of `pack` names one."""

LONGEST = 60
"""How long a part of an image's name is at the most; the engine's limit is for the whole."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A build, with all that had to be found out for it."""

    config: BuildpacksConfig
    name: str
    """`IMAGE:TAG`, as the registry or the engine is to have it."""
    builder: str
    access: RegistryAccess | None
    """Where it is published; None: it goes to the engine."""
    engine: Engine | None
    platform: str | None
    previous: str | None
    """The image of the build before, whose layers may be taken over."""
    descriptor: Path | None
    docker_config: Path | None

    @property
    def reports(self) -> str:
        """The name of the scratch folder that gets what was made."""
        return "report"


def image_name(access: RegistryAccess | None, step: Step) -> str:
    """Return `IMAGE:TAG`: as the registry says, else a name of the app with a tag that only this operation has."""
    facts = step.facts
    own = f"milepost/{_component(facts.project)}/{_component(facts.app)}"
    name = access.reference if access else own
    return name if tag_of(name) else f"{name}:{facts.operation.lower()}"


def tag_of(name: str) -> str:
    """Return the tag of `IMAGE:TAG`; nothing where there is none. A port is no tag."""
    return name.rpartition(":")[2] if ":" in name.rpartition("/")[2] else ""


def platform_of(config: BuildpacksConfig, step: Step) -> str | None:
    """Return what to build for; None: what the engine runs. Raises OperationError where that would be several."""
    wanted = config.platform or ",".join(step.facts.targets) or None
    if wanted and "," in wanted:
        raise OperationError(
            f"the app's platform runs {wanted}, and `pack` builds for one at a time",
            hint=f'platform = "{wanted.partition(",")[0]}"',
        )
    return wanted


def cache_of(config: BuildpacksConfig, kind: str, step: Step) -> str:
    """Return where a cache (`build` or `launch`) is kept, as `volume:NAME`, `bind:FOLDER` or `image:NAME`."""
    chosen = config.cache if kind == "build" else config.launch_cache
    if chosen and chosen.startswith("bind:"):
        return f"bind:{(step.facts.source / chosen.removeprefix('bind:')).resolve()}"
    # Its own name would be made of the image's, which is another for each build.
    facts = step.facts
    return chosen or f"volume:milepost-{_joined(facts.project, facts.app, facts.workspace)}.{kind}"


def pack(order: Order, step: Step) -> Command:
    """Return the build as a command. Values of variables are in its environment or in a file, not in its arguments."""
    named, environment = _variables(order.config, step)
    reports = step.facts.scratch / order.reports
    argv = ["pack", "build", order.name, f"--path={step.facts.source}", f"--builder={order.builder}", "--no-color"]
    argv += [f"--report-output-dir={reports}", f"--sbom-output-dir={reports / 'sbom'}"]
    argv += [*_caches(order, step), *_places(order), *_settings(order.config), *_parts(order.config, step), *named]
    argv += [f"--tag={_tagged(each, order.name)}" for each in order.config.tags]
    return Command(argv=tuple(argv), env={**environment, **surroundings(order, step)})


def surroundings(order: Order, step: Step) -> dict[str, str | Secret]:
    """Return the environment by which `pack` finds the engine and knows the registry."""
    found: dict[str, str | Secret] = {}
    if order.engine and not step.facts.environment.get("DOCKER_API_VERSION"):
        # It speaks the newest version that it knows, and does not ask what the engine knows.
        found["DOCKER_API_VERSION"] = order.engine.api
    if order.docker_config:
        found["DOCKER_CONFIG"] = str(order.docker_config)
    return found


def _caches(order: Order, step: Step) -> Iterator[str]:
    """Yield where layers are kept and taken from."""
    for kind in ("build",) if order.access else ("build", "launch"):
        form, _, where = cache_of(order.config, kind, step).partition(":")
        word = "source" if form == "bind" else "name"
        yield f"--cache=type={kind};format={form};{word}={where}"
    if order.config.clear_cache:
        yield "--clear-cache"
    elif order.previous:
        yield f"--previous-image={order.previous}"


def _places(order: Order) -> Iterator[str]:
    """Yield where the image goes, and by which ways."""
    config, access = order.config, order.access
    network = config.network
    if access:
        yield "--publish"
        if _is_loopback(access.server):
            network = network or "host"
        if access.insecure:
            yield f"--insecure-registry={access.server}"
    if network:
        yield f"--network={network}"
    host = order.engine.host if order.engine else SOCKET
    # By ssh it is the usual socket of the machine at the other end.
    is_elsewhere = host != SOCKET and host.startswith(("unix://", "tcp://"))
    found = host if is_elsewhere and not access else None
    if config.docker_host or found:
        yield f"--docker-host={config.docker_host or found}"
    if order.platform:
        yield f"--platform={order.platform}"
    if order.descriptor:
        yield f"--descriptor={order.descriptor}"


def _settings(config: BuildpacksConfig) -> Iterator[str]:
    """Yield what the config says in words of the command line."""
    single = {
        "default-process": config.process_type,
        "run-image": config.run_image,
        "pull-policy": config.pull_policy,
        "lifecycle-image": config.lifecycle_image,
        "buildpack-registry": config.buildpack_registry,
        "creation-time": config.creation_time,
        "workspace": config.workspace,
        "uid": config.uid,
        "gid": config.gid,
    }
    yield from (f"--{name}={value}" for name, value in single.items() if value is not None)
    chosen = {
        "trust-builder": config.trust_builder,
        "trust-extra-buildpacks": config.trust_extra_buildpacks,
        "verbose": config.verbose,
    }
    yield from (f"--{name}" for name, is_set in chosen.items() if is_set)


def _parts(config: BuildpacksConfig, step: Step) -> Iterator[str]:
    """Yield which buildpacks take part, and what the build sees beside the app's files."""
    several = {
        "buildpack": config.buildpacks,
        "pre-buildpack": config.pre_buildpacks,
        "post-buildpack": config.post_buildpacks,
        "extension": config.extensions,
    }
    source = step.facts.source
    yield from (f"--{name}={located(each, source)}" for name, values in several.items() for each in values)
    yield from (f"--volume={each}" for each in config.volumes)
    yield from (f"--insecure-registry={each}" for each in config.insecure_registries)


def _variables(config: BuildpacksConfig, step: Step) -> tuple[list[str], dict[str, str | Secret]]:
    """Return the arguments that name the variables of the build, and the environment for those that a line cannot hold.

    The others stand in a file that only the user can read: in its environment, PATH or DOCKER_HOST would be `pack`'s.
    """
    shown = {name: value.reveal() if isinstance(value, Secret) else value for name, value in config.variables.items()}
    for name, value in config.variables.items():
        if isinstance(value, Secret):
            step.mask(shown[name])
    if not shown:
        return [], {}
    # A line of the file has no blanks at its ends.
    long = {
        name: value
        for name, value in config.variables.items()
        if "\n" in shown[name] or shown[name].strip() != shown[name]
    }
    file = step.facts.scratch / "variables"
    file.touch(mode=0o600)
    lines = [f"{name}={value}\n" for name, value in shown.items() if name not in long]
    file.write_text("".join(lines), encoding="utf-8")
    return [f"--env-file={file}", *(f"--env={name}" for name in long)], long


def _tagged(text: str, name: str) -> str:
    """Return one of `tags` as a whole name: a tag alone belongs to the image's own name."""
    return text if "/" in text or ":" in text else f"{name.removesuffix(f':{tag_of(name)}')}:{text}"


def _is_loopback(server: str) -> bool:
    """Tell whether a registry is on this machine, where containers with a network of their own do not reach it."""
    host = server.rpartition(":")[0] if re.search(r":\d+$", server) else server
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _joined(*names: str) -> str:
    """Return names as one that an engine takes for a volume, another one for others."""
    return ".".join(_component(each) for each in names)


def _component(name: str) -> str:
    """Return a name as a part of an image's; what is changed by that gets a hash, so that two never become one."""
    if re.fullmatch(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*", name) and len(name) <= LONGEST:
        return name
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-") or "app"
    return f"{plain}__{sha256(name.encode()).hexdigest()[:12]}"
