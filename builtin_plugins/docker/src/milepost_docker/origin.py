"""What an image says of where it comes from: the labels that the Open Container Initiative has names for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from milepost.sdk import Command, CommandFailedError, Step

PREFIX = "org.opencontainers.image."
LIMIT = 10.0
"""How long git may take, in seconds: it only informs."""


def origin_labels(step: Step, folder: Path | None = None) -> dict[str, str]:
    """Return revision, source, version and created of an image made of `folder` (the app's), as far as git knows them.

    The revision is the last commit that changed the folder, and `created` the time of that one (or SOURCE_DATE_EPOCH):
    the same source gives the same labels, and so the same image. With changes that are not committed it ends in
    `-dirty`, and there is no `created`.
    """
    where = folder or step.facts.source
    commit, _, when = _git(step, where, "log", "-1", "--format=%H %ct", "--", ".").partition(" ")
    dirty = bool(commit) and bool(_git(step, where, "status", "--porcelain", "--", "."))
    epoch = step.facts.environment.get("SOURCE_DATE_EPOCH") or ("" if dirty else when)
    told = {
        "revision": f"{commit}-dirty" if dirty else commit,
        "source": public_url(_git(step, where, "remote", "get-url", "origin")) if commit else "",
        "version": "" if dirty or not commit else _git(step, where, "tag", "--points-at", commit).partition("\n")[0],
        "created": datetime.fromtimestamp(int(epoch), UTC).isoformat() if epoch.isdecimal() else "",
    }
    return {f"{PREFIX}{name}": value for name, value in told.items() if value}


def public_url(remote: str) -> str:
    """Return a remote of git as a URL for people: `git@HOST:PATH` too, and never with a name or password in it."""
    if "://" not in remote and ":" in remote:
        host, _, path = remote.partition(":")
        remote = f"https://{host}/{path.lstrip('/')}"
    parts = urlsplit(remote)
    if parts.scheme not in ("http", "https", "ssh", "git"):
        return ""
    # The port of ssh is not that of the pages.
    port = f":{parts.port}" if parts.port and parts.scheme.startswith("http") else ""
    scheme = parts.scheme if parts.scheme.startswith("http") else "https"
    return urlunsplit((scheme, f"{parts.hostname or ''}{port}", parts.path.removesuffix(".git"), "", ""))


def _git(step: Step, folder: Path, *words: str) -> str:
    """Return what a git command prints; nothing where there is no git, no repository, no such thing."""
    command = Command(argv=("git", *words), cwd=str(folder), quiet=True, check=False, timeout=LIMIT)
    try:
        asked = step.run(command)
    except CommandFailedError:
        return ""
    return asked.stdout.decode("utf-8", "replace").strip() if asked.status == 0 else ""
