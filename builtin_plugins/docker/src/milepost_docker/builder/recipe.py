"""What a build is made of: the context's folder, the Dockerfile, the ignore file that counts."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from milepost.sdk import OperationError, Step
from milepost_docker.builder.config import DockerBuildConfig

IGNORE = ".dockerignore"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Where things lie, all of it seen to be there."""

    context: Path
    dockerfile: Path
    ignore: Path | None
    """The ignore file that counts: the one that belongs to the Dockerfile, else the context's."""
    own: tuple[str, ...]
    """Folders of milepost itself below the context, as paths there."""

    @property
    def inside(self) -> str | None:
        """The Dockerfile itself as a path below the context; None where it, or what a link leads to, is elsewhere."""
        return below(self.context, self.dockerfile)

    def ignore_text(self) -> str:
        """Return what the ignore file says, and that milepost's own folders are left out."""
        said = "" if self.ignore is None else readable(self.ignore)
        return "\n".join([said, *(re.sub(r"([*?\[\]\\])", r"\\\1", each) for each in self.own)])


def recipe(config: DockerBuildConfig, step: Step) -> Recipe:
    """Return what the config means for this app's folder. Raises OperationError naming what is not there."""
    context = resolved(config.context, step)
    if not context.is_dir():
        what = "is no folder" if context.exists() else "does not exist"
        raise OperationError(f"the context {context} {what}", hint="correct `context`: it counts from the app's folder")
    dockerfile = resolved(config.dockerfile, step)
    if not dockerfile.is_file():
        raise _no_dockerfile(dockerfile)
    readable(dockerfile)
    candidates = (dockerfile.with_name(f"{dockerfile.name}{IGNORE}"), context / IGNORE)
    own = (below(context, each) for each in step.facts.own)
    return Recipe(
        context=context,
        dockerfile=dockerfile,
        ignore=next((each for each in candidates if each.is_file()), None),
        own=tuple(each for each in own if each and each != "."),
    )


def resolved(path: str, step: Step) -> Path:
    """Return a path of the project file: relative to the app's folder, `~` is the user's home."""
    if path == "~" or path.startswith("~/"):
        return step.facts.home / path[2:]
    # Without links resolved: the way up from a folder that is a link is not the way that it was written.
    return Path(os.path.normpath(step.facts.source / path))


def below(folder: Path, path: Path) -> str | None:
    """Return a path, links followed, as one below a folder, with `/`; None where it lies elsewhere."""
    top, inner = folder.resolve(), path.resolve()
    return inner.relative_to(top).as_posix() if inner.is_relative_to(top) else None


def readable(path: Path) -> str:
    """Return a file's text. Raises OperationError that names it."""
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise OperationError(f"{path} cannot be read: {error.strerror}", hint=f"ls -l {path}") from error


def _no_dockerfile(path: Path) -> OperationError:
    """Return the error for a Dockerfile that is not there, with those that are."""
    if path.exists():
        return OperationError(
            f"{path} is no file; expected a Dockerfile", hint=f'dockerfile = "{path.name}/Dockerfile"'
        )
    near = sorted(each.name for each in path.parent.glob("*") if "ockerfile" in each.name and each.is_file())
    found = f"; there is {', '.join(near[:5])}" if near else ""
    hint = f'dockerfile = "{near[0]}"' if near else "write one, or say where it is by `dockerfile`"
    return OperationError(f"there is no Dockerfile at {path}{found}", hint=hint)
