"""The project file on the disk: where it is looked for, and how it is read."""

from __future__ import annotations

import os
from pathlib import Path

from milepost.host.language.source import Source, source_of
from milepost.sdk.errors import ProjectError, ProjectFileError, ProjectNotFoundError
from milepost.sdk.problem import Position, Problem

FILE_NAMES = ("milepost.hcl", "milepost.hcl.json", "waypoint.hcl", "waypoint.hcl.json")
"""What a project file may be called; the first one found in a folder is taken."""

JSON = ".json"
"""How the names of files end that are in JSON."""

LIMIT = 1024 * 1024
"""The size that a project file may have, in bytes."""


def find_project_file(folder: Path) -> Path:
    """Return the project file in the folder or the nearest one above it. Raises ProjectNotFoundError."""
    start = Path(os.path.abspath(folder))
    for each in (start, *start.parents):
        for name in FILE_NAMES:
            if os.path.isfile(each / name):
                return each / name
    raise ProjectNotFoundError(str(start), FILE_NAMES)


def named_source(name: str, text: str) -> Source:
    """Return the text of a file of that name; problems in one of JSON are told with their path."""
    if not name.endswith(JSON):
        return Source(name, text)
    from milepost.host.language.json_syntax.source import JsonSource  # noqa: PLC0415 - most files are not

    return JsonSource(name, text)


def passed_over(file: Path) -> tuple[str, ...]:
    """Return the names of the project files beside one that do not count, because it does."""
    later = FILE_NAMES[FILE_NAMES.index(file.name) + 1 :] if file.name in FILE_NAMES else ()
    return tuple(name for name in later if os.path.isfile(file.parent / name))


def read_source(file: Path) -> Source:
    """Return the file's text. Raises ProjectFileError for what is too big or not text, ProjectError if unreadable."""
    source = source_of(file.name, read_bytes(file))
    return named_source(source.file, source.text)


def read_bytes(file: Path) -> bytes:
    """Return what is in a file. Raises ProjectFileError for what is too big, ProjectError if it cannot be read."""
    try:
        with open(file, "rb") as stream:
            # A pipe has no size; a small file needs no buffer for the largest.
            size = os.fstat(stream.fileno()).st_size
            data = stream.read(size + 1 if 0 < size <= LIMIT else LIMIT + 1)
    except OSError as error:
        raise ProjectError(
            f"{file} cannot be read: {error.strerror or error}", hint=f"look at its permissions: ls -l {file}"
        ) from error
    if len(data) > LIMIT:
        start = Position(file.name, 1, 1, 1, 1)
        raise ProjectFileError((Problem(f"the file is larger than {LIMIT // 1024} KiB", start),))
    return data
