"""The real world around a project file: the clock, git, functions and config sources of the installed plugins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from milepost.host import git
from milepost.host.assembly import system_clock
from milepost.host.cancel import Cancel
from milepost.host.language.functions import BuiltinFunctions
from milepost.host.plugins.functions import InstalledFunctions
from milepost.host.plugins.load import Plugins
from milepost.host.project.project import Project
from milepost.host.project.scope import Outside
from milepost.host.sources import InstalledSources


def world(
    project: Project,
    plugins: Plugins,
    environment: Mapping[str, str],
    pwd: Path,
    *,
    cancel: Cancel | None = None,
    asks: bool = True,
) -> Outside:
    """Return the world of a user who called milepost in the folder `pwd`.

    Unless it `asks`, config sources are never asked, and what they would give is unknown.
    """
    sources = InstalledSources(
        plugins=plugins,
        project=project.name,
        folder=project.folder,
        environment=environment,
        cancel=cancel or Cancel(),
        asks=asks,
    )
    return Outside(
        environment=environment,
        pwd=pwd,
        now=system_clock,
        git=git.ask,
        functions=InstalledFunctions(BuiltinFunctions(), plugins),
        sources=sources,
    )
