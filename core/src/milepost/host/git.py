"""What git knows of a folder: the commit, the branch, and whether anything was changed since."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from milepost.host.cancel import Cancel, Deadline
from milepost.host.processes import Watch, run
from milepost.sdk.errors import CommandFailedError, DeadlineError
from milepost.sdk.record import Source
from milepost.sdk.step import Command

LIMIT = 10.0
"""How long git may take, in seconds: on a slow disk a run must not wait for what only informs."""


def source_of(folder: Path, environment: Mapping[str, str]) -> Source:
    """Return what is known of the source in a folder; the folder alone where there is no git or no repository."""
    told = ask(folder, environment, "log", "-1", "--decorate=full", "--format=%H%n%D%n%s")
    if told is None:
        return Source(folder=str(folder))
    commit, _, rest = told.partition("\n")
    names, _, subject = rest.partition("\n")
    head, _, branch = names.partition(",")[0].partition(" -> refs/heads/")
    changes = ask(folder, environment, "status", "--porcelain", "--", ".")
    return Source(
        folder=str(folder),
        commit=commit,
        branch=branch if head == "HEAD" and branch else None,
        subject=subject,
        dirty=None if changes is None else bool(changes),
    )


class Distance(NamedTuple):
    """How far one commit is from another."""

    forward: int
    """How many commits only the new one has."""
    back: int
    """How many only the old one has."""


def distance(folder: Path, environment: Mapping[str, str], old: str, new: str) -> Distance | None:
    """Return how far a commit is from an older one; None where git does not know them."""
    told = ask(folder, environment, "rev-list", "--count", "--left-right", f"{old}...{new}", "--")
    counts = (told or "").split()
    return Distance(forward=int(counts[1]), back=int(counts[0])) if len(counts) == 2 else None


def ask(folder: Path, environment: Mapping[str, str], *words: str) -> str | None:
    """Return what a git command prints, stripped; None if it cannot tell."""
    command = Command(argv=("git", *words), cwd=str(folder), quiet=True, timeout=LIMIT)
    watch = Watch(
        cancel=Cancel(),
        deadline=Deadline("git", LIMIT, time.monotonic),
        started=lambda pid: None,
        ended=lambda pid: None,
        output=lambda text, stream: None,
    )
    try:
        return run(command, environment, watch).stdout.decode(errors="replace").strip()
    except (CommandFailedError, DeadlineError):
        return None
