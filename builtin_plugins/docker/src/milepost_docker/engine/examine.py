"""What `doctor` wants to know of an engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from milepost.sdk import Command, CommandFailedError, MilepostError, Step
from milepost.sdk.capabilities import Examined
from milepost.sdk.errors import CancelledError, DeadlineError
from milepost_docker.engine.address import Address
from milepost_docker.engine.config import ClientConfig
from milepost_docker.engine.glance import Glance, glance
from milepost_docker.engine.platform import platform_of_info
from milepost_docker.engine.progress import sized

FULL = 85
"""From how many percent on a disk is said to be full soon."""
GET_BUILDX = "install docker buildx (https://github.com/docker/buildx), such as by apt install docker-buildx-plugin"
LIMIT = 20.0


def examine_engine(config: ClientConfig, step: Step) -> Iterator[Examined]:
    """Yield what is found of the engine: reachable, version, architecture, disk, buildx. Only a cancel is raised."""
    with ExitStack() as stack:
        try:
            looking = stack.enter_context(glance(config, step))
            version, info = looking.get("/version"), looking.info()
        except CancelledError:
            raise
        except MilepostError as error:
            yield Examined(level="problem", what=str(error), hint=error.hint)
            return
        yield _answers(looking.address, version, info)
        yield from _disk(looking, info)
        yield from (Examined(level="warning", what=f"the engine says: {each}") for each in info.get("Warnings") or ())
        yield _buildx(looking.address, step)


def disk_used(address: Address, info: dict[str, Any]) -> float | None:
    """Return how many percent of the engine's disk are used; None where that cannot be told from here."""
    root = info.get("DockerRootDir")
    if not address.local or not root:
        return None
    try:
        found = os.statvfs(root)
    except OSError:
        # Another namespace's path (Docker Desktop, rootless), or not ours to look at.
        return None
    # As `df` counts: what only root may use is not free.
    used = found.f_blocks - found.f_bfree
    return 100 * used / (used + found.f_bavail) if used + found.f_bavail else None


def _answers(address: Address, version: dict[str, Any], info: dict[str, Any]) -> Examined:
    """Return that it is there, and what it is."""
    what = (
        f"the engine at {address.name} answers: Docker {version.get('Version', '?')}, API {version.get('ApiVersion')}, "
        f"{platform_of_info(info)}, {info.get('NCPU', '?')} CPUs, {sized(info.get('MemTotal') or 0)} of memory"
    )
    return Examined(level="ok", what=what)


def _disk(looking: Glance, info: dict[str, Any]) -> Iterator[Examined]:
    """Yield how full its disk is, and what its images take."""
    used = disk_used(looking.address, info)
    if used is None:
        yield Examined(level="ok", what="how full the engine's disk is cannot be told from here")
        return
    what = f"the engine's disk ({info['DockerRootDir']}) is {used:.0f} % full"
    if used >= FULL:
        yield Examined(level="warning", what=what, hint="docker system df; docker image prune")
    else:
        yield Examined(level="ok", what=what)


def _buildx(address: Address, step: Step) -> Examined:
    """Return whether BuildKit can be used through the user's buildx."""
    command = Command(
        argv=("docker", "buildx", "version"), env=address.environment(), quiet=True, check=False, timeout=LIMIT
    )
    try:
        asked = step.run(command)
    except CommandFailedError:
        return Examined(level="warning", what="the command docker is not installed here", hint=GET_BUILDX)
    except DeadlineError as error:
        return Examined(level="warning", what=f"docker buildx cannot be asked: {error}", hint=GET_BUILDX)
    if asked.status != 0:
        what = "docker buildx is not installed: images are built by the engine's old builder"
        return Examined(level="warning", what=what, hint=GET_BUILDX)
    return Examined(level="ok", what=f"buildx is there: {asked.stdout.decode('utf-8', 'replace').strip()}")
