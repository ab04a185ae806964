"""The command line of `docker buildx build`, as a value."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from milepost.sdk import Command
from milepost_docker.builder.config import DockerBuildConfig
from milepost_docker.builder.order import Order
from milepost_docker.engine.context import config_folder

PLUGIN = "docker-buildx"
SYSTEM = ("/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec")
"""Where the Docker CLI looks for its plugins, in `docker/cli-plugins`."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What a build needs besides the order."""

    program: str
    metadata: Path
    """The file that gets what was made."""
    dockerfile: Path
    """The Dockerfile to read: the recipe's, or a copy that has an ignore file of its own beside it."""
    secrets: tuple[str, ...] = ()
    """Each as `--secret` takes it: where it is to be read, never what it is."""
    environment: Mapping[str, str]


def command(order: Order, tools: Tools) -> Command:
    """Return the build as a command; no secret is in it."""
    config = order.config
    argv = [tools.program, "build", "--progress=plain", f"--file={tools.dockerfile}"]
    argv += [f"--metadata-file={tools.metadata}", *_output(order)]
    argv += [f"--tag={name}" for name in order.names]
    argv += [f"--label={name}={value}" for name, value in order.labels]
    # The type is what a build arg may be; a secret one was refused with the file.
    argv += [f"--build-arg={name}={value}" for name, value in config.build_args.items()]
    argv += [f"--secret={each}" for each in tools.secrets]
    argv += _settings(config)
    if order.platforms:
        argv.append(f"--platform={','.join(order.platforms)}")
    argv.append(str(order.recipe.context))
    # Asked for by words only: it tells the time, and would make another image of the same files.
    quiet = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "BUILDX_METADATA_PROVENANCE": "disabled"}
    return Command(argv=tuple(argv), env={**tools.environment, **quiet})


def _output(order: Order) -> list[str]:
    """Return where the image goes: to a registry in one go, or into the engine."""
    if order.access is None:
        return ["--load"]
    insecure = ",registry.insecure=true" if order.access.insecure else ""
    return [f"--output=type=image,push=true{insecure}"]


def _settings(config: DockerBuildConfig) -> Iterator[str]:
    """Yield what the config says in words of the command line."""
    single = {
        "builder": config.builder,
        "target": config.target,
        "network": config.network,
        "shm-size": config.shm_size,
        "provenance": _provenance(config),
        "sbom": _sbom(config),
    }
    yield from (f"--{name}={value}" for name, value in single.items() if value)
    yield from (f"--{name}" for name, is_set in {"no-cache": config.no_cache, "pull": config.pull}.items() if is_set)
    several = {
        "cache-from": config.cache_from,
        "cache-to": config.cache_to,
        "ssh": config.ssh,
        "add-host": [f"{host}:{address}" for host, address in config.add_hosts.items()],
        "ulimit": [f"{name}={limit}" for name, limit in config.ulimits.items()],
    }
    yield from (f"--{name}={value}" for name, values in several.items() for value in values)


def _provenance(config: DockerBuildConfig) -> str | None:
    if isinstance(config.provenance, str):
        return f"mode={config.provenance}"
    return "true" if config.provenance else None


def _sbom(config: DockerBuildConfig) -> str | None:
    if isinstance(config.sbom, str):
        return f"generator={config.sbom}"
    return "true" if config.sbom else None


def secret_argument(name: str, kind: str, value: str) -> str:
    """Return a secret as `--secret` takes it; `kind` is `env` or `src`."""
    fields = (f"id={name}", f"{kind}={value}")
    # The argument is a line of CSV.
    return ",".join(f'"{each.replace(chr(34), chr(34) * 2)}"' if set(each) & set(',"\n') else each for each in fields)


def buildx(environment: Mapping[str, str], home: Path) -> str | None:
    """Return where buildx is: as a plugin of the Docker CLI, or on the PATH; None where it is not installed."""
    config = config_folder(environment, home)
    folders = [config / "cli-plugins", *_extra(config), *(Path(each) / "docker/cli-plugins" for each in SYSTEM)]
    for folder in folders:
        if os.access(folder / PLUGIN, os.X_OK):
            return str(folder / PLUGIN)
    path = environment.get("PATH", os.defpath)
    return shutil.which(PLUGIN, path=path) or shutil.which("buildx", path=path)


def _extra(config: Path) -> list[Path]:
    """Return further folders of plugins, as Docker Desktop writes them into the CLI's config."""
    # A config that is not there or broken has no folders; who needs more of it says what is wrong.
    with suppress(OSError, ValueError, AttributeError, TypeError):
        named = json.loads((config / "config.json").read_text()).get("cliPluginsExtraDirs", [])
        return [Path(each) for each in named]
    return []
