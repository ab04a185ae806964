"""What is run once in an app's unpacked files, such as `npm ci`; what it made is kept by its lock files."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from milepost.sdk import Command, Step
from milepost_local.config import LocalConfig
from milepost_local.disk import explained, remove_tree
from milepost_local.relocate import relocate

KEPT = 10
"""How many results are kept; those that were not used for longest go first."""

_MADE = (".venv", "node_modules")
_PYTHON = ("uv.lock", "poetry.lock", "Pipfile.lock", "requirements.txt", "pyproject.toml", ".python-version")
_NODE = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "package.json",
    ".npmrc",
)
_LOCKS = ("uv.lock", "poetry.lock", "Pipfile.lock", "requirements.txt", *_NODE[:5])


class Preparation(NamedTuple):
    """A program that prepares an app, and what its result depends on."""

    argv: tuple[str, ...]
    keys: tuple[str, ...]
    """Files of the app; with none, the result is good for nothing else."""


def preparations(config: LocalConfig, app: Path) -> tuple[Preparation, ...]:
    """Return what is to be run in the folder `app`."""
    given = tuple(config.prepare_key)
    if config.prepare is not None:
        locked = any((app / name).exists() for name in _LOCKS)
        usual = _there(app, (*_PYTHON, *_NODE)) if locked else ()
        return (Preparation(tuple(config.prepare), given or usual),) if config.prepare else ()
    found = []
    if (app / "uv.lock").exists():
        found.append(Preparation(("uv", "sync", "--frozen"), given or _there(app, _PYTHON)))
    if (app / "package-lock.json").exists():
        found.append(Preparation(("npm", "ci"), given or _there(app, _NODE)))
    return tuple(found)


def prepare(config: LocalConfig, app: Path, step: Step) -> None:
    """Run what prepares the app in the folder `app`, or take what it made before from the same lock files."""
    for each in preparations(config, app):
        if not each.keys:
            _run(each, app, step)
            continue
        kept = step.facts.data / "prepared" / _key(each, app, step)
        with step.exclusive(f"milepost-local:prepare:{kept.name}"):
            if (kept / "made").is_dir():
                step.say(f"prepared as before: {' '.join(each.argv)}")
                _take(kept, app)
            else:
                _make(each, app, kept, step)


def _there(app: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if (app / name).exists())


def _run(preparation: Preparation, app: Path, step: Step) -> None:
    """Run the program in the app's folder."""
    step.say(f"preparing: {' '.join(preparation.argv)}")
    # The user's own virtual environment is not the app's.
    own = {"UV_PROJECT_ENVIRONMENT": str(app / ".venv"), "VIRTUAL_ENV": ""}
    step.run(Command(argv=preparation.argv, cwd=str(app), env=own))


def _make(preparation: Preparation, app: Path, kept: Path, step: Step) -> None:
    """Run the program and keep what it made beside what was there."""
    before = set(os.listdir(app)) - set(_MADE)
    _run(preparation, app, step)
    made = sorted(set(os.listdir(app)) - before)
    if not made:
        return
    with explained("keeping what was prepared"):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=kept.parent))
        try:
            for name in made:
                _copy(app / name, scratch / "made" / name)
            (scratch / "from").write_text(str(app))
            scratch.rename(kept)
        finally:
            remove_tree(scratch)
        _forget_old(kept.parent)


def _take(kept: Path, app: Path) -> None:
    """Put what was made before into the app's folder, with its paths."""
    with explained("taking what was prepared before"):
        os.utime(kept)
        for each in (kept / "made").iterdir():
            if (app / each.name).is_dir():
                remove_tree(app / each.name)
            _copy(each, app / each.name)
            relocate(app / each.name, (kept / "from").read_text(), str(app))


def _copy(source: Path, target: Path) -> None:
    """Copy a file or folder, links as links. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def _key(preparation: Preparation, app: Path, step: Step) -> str:
    """Return what the result depends on: program, files, and the interpreter they are made for."""
    digest = hashlib.sha256("\0".join(preparation.argv).encode())
    for name in preparation.keys:
        with explained("reading a lock file"):
            digest.update(f"\0{name}\0{hashlib.sha256((app / name).read_bytes()).hexdigest()}".encode())
    digest.update(f"\0{os.uname().sysname} {os.uname().machine}".encode())
    if any(name in _PYTHON for name in preparation.keys):
        digest.update(_python(preparation, app, step))
    if any(name in _NODE for name in preparation.keys):
        digest.update(_told(("node", "--version"), app, step))
    return digest.hexdigest()[:32]


def _python(preparation: Preparation, app: Path, step: Step) -> bytes:
    """Return which Python the result is for."""
    if preparation.argv[0] == "uv":
        return _told(("uv", "python", "find"), app, step)
    return _told(("python3", "--version"), app, step)


def _told(argv: tuple[str, ...], app: Path, step: Step) -> bytes:
    """Return what a program says of itself; nothing if it is not there: what is run tells that better."""
    if shutil.which(argv[0], path=step.facts.environment.get("PATH")) is None:
        return b""
    return step.run(Command(argv=argv, cwd=str(app), quiet=True, check=False, env={"VIRTUAL_ENV": ""})).stdout


def _forget_old(folder: Path) -> None:
    """Remove the results that were not used for longest."""
    kept = sorted(
        (each for each in folder.iterdir() if not each.name.startswith(".")), key=lambda each: each.stat().st_mtime
    )
    for each in kept[:-KEPT]:
        remove_tree(each)
