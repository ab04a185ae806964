"""The real world around a project file: the clock, git, functions and config sources of the installed plugins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from milepost.host import git
from milepost.host.cancel import Cancel
from milepost.host.clock import system_clock
from milepost.host.language.functions import BuiltinFunctions
from milepost.host.plugins.functions import InstalledFunctions
from milepost.host.plugins.load import Plugins
from milepost.host.project.project import Project
from milepost.host.project.scope import Outside
from milepost.host.sources import InstalledSources


class User(NamedTuple):
    """Who called milepost, and what is to happen with what is read for them."""

    environment: Mapping[str, str]
    pwd: Path
    """The folder where the command was typed."""
    cancel: Cancel | None = None
    hide: Callable[[str], object] | None = None
    """Never shows or keeps a text from now on."""


def world(project: Project, plugins: Plugins, user: User, *, asks: bool = True) -> Outside:
    """Return the world of a user. Unless it `asks`, config sources are never asked: what they would give is unknown."""
    sources = InstalledSources(
        plugins=plugins,
        project=project.name,
        folder=project.folder,
        environment=user.environment,
        cancel=user.cancel or Cancel(),
        hide=user.hide or str,
        asks=asks,
    )
    return Outside(
        environment=user.environment,
        pwd=user.pwd,
        now=system_clock,
        git=git.ask,
        functions=InstalledFunctions(BuiltinFunctions(), plugins),
        sources=sources,
    )
