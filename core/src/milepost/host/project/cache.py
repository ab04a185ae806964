"""Reading a project file, by the cached tree while the file is unchanged, so that the parser is not even imported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from milepost.host.project.file import read_source
from milepost.host.project.project import Project, project_of
from milepost.host.project.trees import recall, remember
from milepost.sdk.errors import ProjectFileError

if TYPE_CHECKING:
    from milepost.host.language.tree import Body
    from milepost.host.project.requirements import Installed


def read_project(file: Path, cache: Path | None, installed: Installed | None = None) -> Project:
    """Return the project of a file; `cache` is the folder where trees are kept, None for no cache.

    `installed` tells the versions of plugins; without it, what the file says of them is not checked.
    Raises ProjectFileError with all that is wrong and its places, ProjectError if the file cannot be read.
    """
    absolute = Path(os.path.abspath(file))
    source = read_source(absolute)
    kept = recall(absolute, source, cache)
    if kept is not None:
        _demand(kept, installed)
        try:
            return project_of(absolute, kept, checked=True)
        except (ProjectFileError, ValueError, TypeError, LookupError, RecursionError):
            # Not ours, or a newer schema refuses what an older one kept; the way without the cache explains it.
            kept = None
    # Only a file that has changed pays for the parser and for all that is to be checked.
    from milepost.host.project.lowering import lowered  # noqa: PLC0415 - it imports the parser, or the reader of JSON
    from milepost.host.project.together import names_besides  # noqa: PLC0415 - see above

    body = lowered(source, cache)
    _demand(body, installed)
    project = project_of(absolute, body, besides=names_besides)
    remember(absolute, body, cache)
    return project


def _demand(body: Body, installed: Installed | None) -> None:
    """Return if the versions that a file needs are there. Raises ProjectFileError."""
    if not body.of_type("milepost") and not body.of_type("plugin"):
        return
    from milepost.host.project.requirements import demand  # noqa: PLC0415 - few files name a version

    demand(body, installed or (lambda name: None))
