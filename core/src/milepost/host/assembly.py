"""The composition root: a host is put together here, and each part of it when it is first asked for."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from milepost.host.clock import system_clock
from milepost.host.folders import Folders, folders
from milepost.host.history.ids import Ulids
from milepost.host.history.opening import open_history
from milepost.host.history.whereabouts import Means, Whereabouts, shared_word, undelivered, whereabouts
from milepost.host.project.cache import read_project
from milepost.host.project.file import find_project_file
from milepost.sdk.errors import UnknownNameError, UsageError
from milepost.sdk.store import HistoryStore

if TYPE_CHECKING:
    from milepost.host.history.journal import History
    from milepost.host.plugins.catalog import Catalog
    from milepost.host.plugins.load import Plugins
    from milepost.host.project.project import Project
    from milepost.host.project.variable_sources import ByHand

WORKSPACE = r"[A-Za-z0-9_][A-Za-z0-9_-]*"


def open_host(folder: Path, environment: Mapping[str, str]) -> Host:
    """Return the host for a folder and a user. Nothing is read yet."""
    return Host(folder.absolute(), dict(environment), tuple(sys.path))


class Host:
    """A project, its history and the plugins around it, for one command of one user."""

    def __init__(self, folder: Path, environment: Mapping[str, str], path: tuple[str, ...]) -> None:
        self.folder, self.environment, self.path = folder, environment, path
        self.new_id = Ulids(system_clock, os.urandom)
        self.by_hand: Callable[[], ByHand] | None = None
        """Returns the variables that the command line gives, where the history's place may depend on them."""
        self._opening = threading.RLock()
        self._reading: HistoryStore | None = None
        self._writing: HistoryStore | None = None

    @cached_property
    def folders(self) -> Folders:
        """The user's folders. Raises UsageError when there is nowhere to keep anything."""
        return folders(self.environment)

    @cached_property
    def project(self) -> Project:
        """The project of the folder. Raises ProjectNotFoundError, ProjectFileError."""

        def versions(name: str) -> dict[str, str]:
            # Plugins are looked for only if the file says which version it wants.
            return self.catalog.versions(name)

        return read_project(find_project_file(self.folder), self.folders.cache, versions)

    @cached_property
    def catalog(self) -> Catalog:
        """What the installed distributions offer; none is imported."""
        from milepost.host.plugins.catalog import Catalog  # noqa: PLC0415 - lists ask for no plugin
        from milepost.host.plugins.scan import scan  # noqa: PLC0415 - see above

        return Catalog(scan(self.path))

    @property
    def store(self) -> HistoryStore:
        """The project's history as it is; where there is none yet, an empty one, and nothing is made."""
        with self._opening:
            if self._writing is not None:
                return self._writing
            if self._reading is None:
                self._reading = self._open(create=False)
            return self._reading

    def writable_store(self) -> HistoryStore:
        """Return the project's history to write to; it is made if need be."""
        with self._opening:
            if self._writing is None:
                self._writing = self._open(create=True)
            return self._writing

    def adopt(self) -> HistoryStore:
        """Tell the history that this project is the one it belongs to, wherever it comes from now."""
        self._writing = self._open(create=True, adopt=True)
        return self._writing

    @cached_property
    def whereabouts(self) -> Whereabouts:
        """Where the history lies. Raises ProjectFileError, PluginError and UsageError where that cannot be told."""
        return whereabouts(self.project, self.folders, self.environment, self._shared_config)

    @property
    def is_shared(self) -> bool:
        """Whether the history lies where other machines can have it, too, as far as the project file tells."""
        return shared_word(self.project, self.environment) is not None

    def undelivered(self) -> int:
        """Return how many entries of this machine wait to be delivered to the shared history; nobody is asked."""
        return undelivered(self.folders, self.project.name)

    def _shared_config(self) -> dict[str, Any]:
        """Return the config of the shared store."""
        from milepost.host.history.sharing import shared_config  # noqa: PLC0415 - lists must not pay for the language
        from milepost.host.project.variable_sources import ByHand  # noqa: PLC0415 - see above

        return shared_config(self.project, self.environment, self.folder, self._plugins(), self.by_hand or ByHand)

    def _plugins(self) -> Plugins:
        """Return what loads plugins."""
        from milepost.host.plugins.load import Plugins  # noqa: PLC0415 - lists must not pay for pluggy

        return Plugins(self.catalog)

    def _open(self, *, create: bool, adopt: bool = False) -> HistoryStore:
        """Open the store in its place."""
        means = Means(folders=self.folders, new_id=self.new_id, now=system_clock, plugins=self._plugins)
        return open_history(self.whereabouts, self.project, means, create=create, adopt=adopt)

    @property
    def history(self) -> History:
        """The history as records."""
        from milepost.host.history.journal import History  # noqa: PLC0415 - lists must not pay for msgspec

        return History(self.store)

    def workspace(self, asked: str | None) -> str:
        """Return the workspace: as asked, else MILEPOST_WORKSPACE, else `default`.

        Raises UsageError when the project names its workspaces and none was asked for, UnknownNameError
        for one that it does not name.
        """
        name = self.environment.get("MILEPOST_WORKSPACE") if asked is None else asked
        if name is not None and not re.fullmatch(WORKSPACE, name):
            raise UsageError(
                f"{name!r} is no name of a workspace; expected letters, digits, - and _",
                hint="is a variable of the script that calls milepost unset?" if not name else "",
            )
        known = self.project.workspaces
        if known and name is None:
            raise UsageError(
                f"this project names its workspaces, and none was chosen: {', '.join(known)}",
                hint=f"add -w {known[0]}",
            )
        if known and name not in known:
            raise UnknownNameError("workspace", str(name), known)
        return name or "default"

    def app(self, name: str) -> str:
        """Return the name of an app of the project. Raises UnknownNameError."""
        if name not in self.project.apps:
            raise UnknownNameError("app", name, tuple(self.project.apps))
        return name

    def close(self) -> None:
        """Let go of all that is open."""
        for store in (self._reading, self._writing):
            if store is not None:
                store.close()
        self._reading = self._writing = None
