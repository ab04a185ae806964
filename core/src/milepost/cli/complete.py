"""What the shell offers after a tab: workspaces, apps and REFs, from what is cheap to know."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from milepost.sdk.errors import MilepostError

if TYPE_CHECKING:
    from milepost.host.assembly import Host

Completion = Callable[[Any, list[str], str], list[str]]


def lazily(kind: str) -> Completion:
    """Return a completion of `apps`, `workspaces` or `refs` for a parameter."""

    def offered(ctx: Any, args: list[str], incomplete: str) -> list[str]:
        return offer(kind, _folder(ctx), incomplete)

    return offered


def apps(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Complete the name of an app."""
    return offer("apps", _folder(ctx), incomplete)


def refs(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Complete a REF."""
    return offer("refs", _folder(ctx), incomplete)


def apps_and_refs(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Complete an app or a REF."""
    return apps(ctx, args, incomplete) + refs(ctx, args, incomplete)


def workspaces(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Complete the name of a workspace."""
    return offer("workspaces", _folder(ctx), incomplete)


def functions(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Complete the name of a function of the config language."""
    from milepost.host.language.handbook import families  # noqa: PLC0415 - only a tab needs it

    return sorted(name for names in families().values() for name in names if name.startswith(incomplete))


def blocks(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Complete the name of a block of a project file."""
    from milepost.host.project.reference import TOP, pages  # noqa: PLC0415 - only a tab needs it

    names = dict.fromkeys(each.name for each in pages() if each.name != TOP)
    return [name for name in names if name.startswith(incomplete)]


def offer(kind: str, folder: Path, incomplete: str) -> list[str]:
    """Return the names of a kind that begin as typed; none where there is no project or it cannot be read."""
    from milepost.host.assembly import open_host  # noqa: PLC0415 - only a tab needs it

    host = open_host(folder, os.environ)
    try:
        return [name for name in _KINDS[kind](host) if name.startswith(incomplete)]
    except MilepostError:
        # A shell that waits for a completion has no place for a message; the command itself will say it.
        return []
    finally:
        host.close()


def _apps(host: Host) -> Iterable[str]:
    return host.project.apps


def _workspaces(host: Host) -> Iterable[str]:
    runs = host.store.latest("run", {}, limit=50)
    return dict.fromkeys((*host.project.workspaces, "default", *(str(run["workspace"]) for run in runs)))


def _refs(host: Host) -> Iterable[str]:
    runs = host.store.latest("run", {}, limit=20)
    names = [f"{run['number']}@{run['store']}" if run.get("store") else str(run["number"]) for run in runs]
    return [*names, "last", "last-failed", "previous"]


_KINDS: dict[str, Callable[[Host], Iterable[str]]] = {"apps": _apps, "refs": _refs, "workspaces": _workspaces}


def _folder(ctx: Any) -> Path:
    """Return the folder that the line typed so far means."""
    while ctx is not None:
        if ctx.params.get("chdir"):
            return Path(ctx.params["chdir"]).absolute()
        ctx = ctx.parent
    return Path.cwd()
