"""Which project a folder is of, and where its history lies."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from milepost.host.folders import Folders
from milepost.sdk.errors import UsageError

SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*://"
"""A pattern. It and others are compiled where they are needed: every list comes by here."""

ADDRESS = (
    r"(?s:(?![./])(?:[\s\"']*[A-Za-z_][A-Za-z0-9_+.-]+:.*@.*|.*://.*|postgres(ql)?:.*"
    r"|.*\b(password|host|hostaddr|dbname|user|port|service)\s*=.*))"
)
"""A relative path that was meant for the address of a shared store, with a password in it perhaps."""


def history_place(folders: Folders, project: str, history_path: str | None, environment: Mapping[str, str]) -> Path:
    """Return the folder of a project's history.

    MILEPOST_HISTORY wins, then `history_path`, which is what the project file says and absolute, then
    the project's place in the user's state folder. Raises UsageError.
    """
    if named := environment.get("MILEPOST_HISTORY"):
        refuse_address(named, "MILEPOST_HISTORY")
        return Path(named).absolute()
    return Path(history_path).absolute() if history_path else folders.project(project)


def refuse_address(text: str, given_by: str) -> None:
    """Raise UsageError for what no folder is to be named after: its name is shown, and recorded."""
    if (":" in text or "=" in text) and re.fullmatch(ADDRESS, text):
        raise UsageError(
            f"{given_by} is neither a folder nor a URL of a shared store",
            hint="write postgres://USER:PASSWORD@HOST:PORT/DATABASE; a folder of such a name is written ./NAME",
        )


def origin_of(folder: Path) -> str:
    """Return what is the same for all clones of a project and tells it from its namesakes.

    `HOST/PATH` of the git remote `origin`, however it is reached and without who reaches it; without
    such a remote, what `folder_origin` says.
    """
    for above in (folder.absolute(), *folder.absolute().parents):
        config = _git_config(above / ".git")
        if config is not None:
            url = _origin_url(config)
            return _normalised(url, above) if url else folder_origin(folder)
    return folder_origin(folder)


def folder_origin(folder: Path) -> str:
    """Return the origin of a project that is known by its folder alone."""
    return f"path:{os.path.realpath(folder)}"


def _git_config(git: Path) -> str | None:
    """Return the text of a repository's config; None if there is no repository."""
    if git.is_file():  # a worktree or a submodule: it names the folder of its repository
        git = git.parent / git.read_text(errors="replace").strip().removeprefix("gitdir:").strip()
        common = git / "commondir"
        git = git / common.read_text().strip() if common.is_file() else git
    config = git / "config"
    return config.read_text(errors="replace") if config.is_file() else None


def _origin_url(config: str) -> str | None:
    """Return the URL of the remote `origin`, as it is written."""
    inside = False
    for line in map(str.strip, config.splitlines()):
        if line.startswith("["):
            inside = line[1:].partition("]")[0].lower().split() == ["remote", '"origin"']
            continue
        name, equals, value = line.partition("=")
        if inside and equals and name.rstrip().lower() == "url":
            return _plain(value.lstrip())
    return None


def _plain(value: str) -> str | None:
    """Return a value of git's config without quotes and comment."""
    if value.startswith('"'):
        return value[1:].partition('"')[0] or None
    written = re.split(r"\s+[#;]", value)[0] if "#" in value or ";" in value else value
    return written.strip() or None


def _normalised(url: str, folder: Path) -> str:
    """Return `host/path` for a URL of any form; a path on this machine as a folder."""
    if url.lower().startswith("file://"):
        return folder_origin(Path(url[len("file://") :]))
    if "://" in url and (scheme := re.match(SCHEME, url)):
        authority, _, path = url[scheme.end() :].partition("/")
        named = authority.rpartition("@")[2]
        host = re.sub(r":\d*$", "", named) if ":" in named else named
    else:
        host, colon, path = url.rpartition("@")[2].partition(":")
        if not colon or "/" in host:
            return folder_origin(folder / url)
    path = path.partition("?")[0].partition("#")[0].strip("/").removesuffix(".git").rstrip("/")
    return f"{host.lower()}/{path}"
