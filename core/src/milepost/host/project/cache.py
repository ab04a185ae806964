"""Reading a project file, by the cached tree while the file is unchanged, so that the parser is not even imported.

A cache file has one line that says what it is for, and a JSON document. It is made again whenever
anything about it is not as expected; it may vanish, be torn or be read-only at any time.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from milepost import __version__
from milepost.host.language.document import FORMAT
from milepost.host.language.source import Source
from milepost.host.project.file import read_source
from milepost.host.project.project import Project, project_of
from milepost.sdk.errors import ProjectFileError


def read_project(file: Path, cache: Path | None) -> Project:
    """Return the project of a file; `cache` is the folder where trees are kept, None for no cache.

    Raises ProjectFileError with all that is wrong and its places, ProjectError if the file cannot be read.
    """
    absolute = Path(os.path.abspath(file))
    source = read_source(absolute)
    place = cache / "trees" / f"{crc32(os.fsencode(absolute)):08x}.json" if cache else None
    if place and (known := _recalled(place, absolute, source)):
        return known
    # Only a file that has changed pays for the parser.
    from milepost.host.language.lower import lower  # noqa: PLC0415 - importing the parser costs more than a warm read

    project = project_of(absolute, lower(source, cache))
    if place:
        _remember(place, project)
    return project


def _recalled(place: Path, file: Path, source: Source) -> Project | None:
    """Return the project of the cache file if it is whole and was made from the same file with the same text."""
    try:
        header, _, document = place.read_bytes().partition(b"\n")
        if header != _header(document):
            return None
        project = Project.of_document(document)
    except ProjectFileError:
        # A newer schema may refuse what an older one cached; the way without the cache explains it.
        return None
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        # Missing, unreadable or not ours: the same as no cache.
        return None
    return project if project.file == file and project.body.source.text == source.text else None


def _remember(place: Path, project: Project) -> None:
    """Write the cache file beside its place and move it there: a reader sees the old one or the new one."""
    document = project.document()
    scratch = place.with_suffix(f".{os.getpid()}.new")
    # A cache that cannot be written is no reason to fail: the next command reads the file anew.
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            # The text of a project may hold what others should not read.
            with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(_header(document) + b"\n" + document)
            scratch.replace(place)
        finally:
            scratch.unlink(missing_ok=True)


def _header(document: bytes) -> bytes:
    return f"milepost {__version__} tree {FORMAT} {crc32(document):08x}".encode()
