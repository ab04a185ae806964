"""Files of the app's config and secrets, put into a container that does not run: they are in no image and no variable.

They stand in the container's own layer, or in a volume of its deployment, on the engine's disk, where its root can
read them. A folder in memory would be empty again whenever the engine starts the container anew.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from milepost.sdk import OperationError, Secret, reveal
from milepost_docker.platform import naming
from milepost_docker.platform.site import Site

SECRETS = "/run/secrets"
_ONLY_OWNER, _EVERYBODY = 0o400, 0o444


def wanted_files(site: Site, workdir: str) -> dict[str, str | Secret]:
    """Return all files that containers get: absolute path → content. Raises OperationError for a path that is none."""
    secrets = {str(PurePosixPath(SECRETS) / name): content for name, content in site.config.secrets.items()}
    files = {_absolute(name, workdir): content for name, content in site.step.facts.files.items()}
    return {**files, **secrets}


def needed_mounts(site: Site) -> tuple[Mapping[str, Any], ...]:
    """Return volumes for the folders of the files, where the container's own files cannot be written.

    They are the deployment's own and go with it. What the image has in such a folder is copied there by the engine.
    """
    if not site.config.read_only or not (site.config.secrets or site.step.facts.files):
        return ()
    image = site.engine.image(site.state.image) or {}
    workdir = site.config.workdir or image.get("Config", {}).get("WorkingDir") or "/"
    folders = sorted({str(PurePosixPath(each).parent) for each in wanted_files(site, workdir)})
    if "/" in folders:
        raise OperationError(
            "a file of config lies in the root folder, which read_only does not allow", hint="write it into a folder"
        )
    made = [(site.step.key(f"files-{number}"), folder) for number, folder in enumerate(folders, 1)]
    for name, _ in made:
        site.step.intend(naming.VOLUME, name)
        site.engine.post("/volumes/create", body={"Name": name, "Labels": dict(site.step.facts.labels)})
        site.step.created(name, name)
    return tuple({"Type": "volume", "Source": name, "Target": folder} for name, folder in made)


def put_files(site: Site, container: str) -> None:
    """Put the files into a container; those that are there already are replaced."""
    if not site.config.secrets and not site.step.facts.files:
        return
    found = site.engine.container(container) or {}
    config = found.get("Config", {})
    files = wanted_files(site, config.get("WorkingDir") or "/")
    user, now = config.get("User") or "0", site.step.now().timestamp()
    for folder, inside in _by_folder(files, apart=site.config.read_only).items():
        site.engine.put(f"/containers/{container}/archive", {"path": folder}, archive(inside, user, now))


def _by_folder(files: Mapping[str, str | Secret], *, apart: bool) -> dict[str, dict[str, str | Secret]]:
    """Return the files by the folder into which they are put: all of them from the root, or each volume's by itself."""
    if not apart:
        return {"/": dict(files)}
    folders: dict[str, dict[str, str | Secret]] = {}
    for path, content in files.items():
        folders.setdefault(str(PurePosixPath(path).parent), {})[PurePosixPath(path).name] = content
    return folders


def archive(files: Mapping[str, str | Secret], user: str, now: float) -> bytes:
    """Return the files as a tar; only the container's user may read them, where its number is known."""
    import tarfile  # noqa: PLC0415  most containers get no files, and status is to be quick

    owner, _, group = user.partition(":")
    known = owner.isdecimal()
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for path, content in files.items():
            data = reveal(content).encode()
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mtime = len(data), int(now)
            entry.mode = _ONLY_OWNER if known else _EVERYBODY
            entry.uid = int(owner) if known else 0
            entry.gid = int(group) if group.isdecimal() else 0
            tar.addfile(entry, io.BytesIO(data))
    return written.getvalue()


def _absolute(name: str, workdir: str) -> str:
    """Return where a file of the app's config goes: below the working folder, or where its path says."""
    path = PurePosixPath(workdir) / name
    if ".." in path.parts or len(path.parts) < 2:
        raise OperationError(
            f'the file "{name}" of config is no path in a container',
            hint=f"write a path below {workdir}, such as config/app.toml, or an absolute one",
        )
    return str(path)
