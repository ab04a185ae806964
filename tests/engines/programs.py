"""The programs that engines need and no distribution of Linux has: built from Go modules, once for a machine.

`python tests/engines/programs.py` builds what is missing; it needs nothing but Python's own library.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent


class Recipe(NamedTuple):
    """How a program is built: the folder with its `go.mod`, its package, and what is special about it."""

    folder: str
    package: str
    tags: str = ""
    cgo: bool = False


RECIPES = {
    "docker-buildx": Recipe("buildx", "github.com/docker/buildx/cmd/buildx"),
    "pack": Recipe("pack", "github.com/buildpacks/pack"),
    "lifecycle": Recipe("lifecycle", "github.com/buildpacks/lifecycle/cmd/lifecycle"),
    "launcher": Recipe("lifecycle", "github.com/buildpacks/lifecycle/cmd/launcher"),
    # A current dockerd wants a runc and a proxy of its own age.
    "dockerd": Recipe("dockerd", "github.com/moby/moby/v2/cmd/dockerd"),
    "docker-proxy": Recipe("dockerd", "github.com/moby/moby/v2/cmd/docker-proxy"),
    "runc": Recipe("runc", "github.com/opencontainers/runc", tags="seccomp", cgo=True),
}


SYSTEM = ("/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec")
"""Where the docker command line looks for its plugins."""


class ProgramMissingError(RuntimeError):
    """A program is not there and cannot be built; the text says why."""


def cache() -> Path:
    """Return the folder that keeps what was built, outside the checkout."""
    chosen = os.environ.get("MILEPOST_ENGINES")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "milepost-engines"


def place(name: str) -> Path:
    """Return where a program is, or will be, once it is built from the sources as they are named now."""
    recipe = RECIPES[name]
    digest = hashlib.sha256(repr(recipe).encode())
    for each in ("go.mod", "go.sum"):
        digest.update((HERE / recipe.folder / each).read_bytes())
    return cache() / f"{name}-{digest.hexdigest()[:16]}" / name


def program(name: str) -> Path:
    """Return a program: as it was built, else as a user has it installed, else built now, which takes minutes."""
    path = place(name)
    if path.exists():
        return path
    found = None if os.environ.get("CI") == "true" else _installed(name)
    if found:
        return found
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent / "lock"):
        if not path.exists():
            _build(RECIPES[name], path)
    return path


def _installed(name: str) -> Path | None:
    """Return a user's own one, where its version does not matter."""
    if name == "pack":
        return Path(found) if (found := shutil.which(name)) else None
    if name != "docker-buildx":
        return None
    own = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "cli-plugins"
    folders = (own, *(Path(each) / "docker" / "cli-plugins" for each in SYSTEM))
    return next((each / name for each in folders if os.access(each / name, os.X_OK)), None)


def _build(recipe: Recipe, path: Path) -> None:
    """Build beside and rename, so that half a program is never run."""
    go = shutil.which("go")
    if go is None:
        raise ProgramMissingError(f"{path.name}: not built, and there is no `go` to build it (https://go.dev/dl)")
    settings = os.environ | {"CGO_ENABLED": str(int(recipe.cgo)), "GOWORK": "off"}
    with tempfile.TemporaryDirectory(dir=path.parent) as beside:
        made = Path(beside) / path.name
        argv = [go, "build", "-buildvcs=false", "-tags", recipe.tags, "-o", str(made), recipe.package]
        done = subprocess.run(
            argv, cwd=HERE / recipe.folder, env=settings, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        if done.returncode:
            raise ProgramMissingError(f"{path.name}: not built: {done.stderr.decode(errors='replace')[-2000:]}")
        made.rename(path)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let nobody else in for as long as the block runs."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Build everything and return the exit status."""
    for name in RECIPES:
        if not place(name).exists():
            sys.stdout.write(f"building {name}\n")
            sys.stdout.flush()
        try:
            program(name)
        except ProgramMissingError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
