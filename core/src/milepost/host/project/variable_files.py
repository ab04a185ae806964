"""Files that hold values for variables: which there are beside a project file, and what stands in one.

Such a file has arguments only: `tag = "v2"`. One whose name ends in `.json` is a JSON object; texts in it are plain.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from milepost.host.language.source import Source, source_of
from milepost.host.language.tree import Attribute, Body
from milepost.host.project.file import named_source, read_bytes
from milepost.host.project.trees import forget, read_tree
from milepost.sdk.problem import Problem

AUTOMATIC = (".auto.mpvars", ".auto.mpvars.json", ".auto.wpvars", ".auto.wpvars.json")
"""How the names of files end that are read without being named."""

OF_WORKSPACE = (".mpvars", ".mpvars.json")
"""What follows the name of a workspace in the name of a file that is read for that workspace only."""


class VariableFile(NamedTuple):
    """A file with values for variables."""

    path: Path
    """Absolute."""
    source: Source
    attributes: Mapping[str, Attribute]


def found_files(folder: Path, workspace: str) -> tuple[Path, ...]:
    """Return the files that are read without being named: the automatic ones by their names, then the workspace's."""
    try:
        names = sorted(each.name for each in os.scandir(folder) if each.name.endswith(AUTOMATIC))
    except OSError:
        # A folder that can be entered but not listed has none that we could know of.
        names = []
    names += [f"{workspace}{each}" for each in OF_WORKSPACE]
    return tuple(folder / name for name in dict.fromkeys(names) if os.path.isfile(folder / name))


def read_variable_file(path: Path, shown: str, cache: Path | None, *, secret: bool) -> VariableFile:
    """Return what stands in a file, not evaluated; `path` is absolute, `shown` is what messages call it.

    Nothing is kept of one that may have a `secret` in it, and what was kept of it before is removed. Raises
    ProjectFileError with all that is wrong and its places, ProjectError if it cannot be read.
    """
    source = named_source(shown, source_of(shown, read_bytes(path)).text)
    if secret:
        forget(path, cache)
    body = _lower(source, cache) if secret else read_tree(path, source, cache, _lower)
    if body.blocks:
        raise source.error(
            Problem(f'a variable file holds values, not blocks; found "{each.type}"', each.position, hint="write a = …")
            for each in body.blocks
        )
    return VariableFile(path, source, body.attributes)


def _lower(source: Source, cache: Path | None) -> Body:
    from milepost.host.project.lowering import lowered_values  # noqa: PLC0415 - a kept tree needs no parser

    return lowered_values(source, cache)
