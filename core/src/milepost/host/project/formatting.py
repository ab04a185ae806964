"""The files of a project that people write in the language, and writing them anew in their one format."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from milepost.host.language.format import formatted
from milepost.host.language.source import source_of
from milepost.host.language.syntax.lower import lower
from milepost.host.project.file import FILE_NAMES, JSON, read_bytes
from milepost.sdk.errors import ProjectError

_VALUES = ("*.mpvars", "*.wpvars")


def written_files(folder: Path) -> tuple[Path, ...]:
    """Return the project files and the files of values in a folder, by name; files of JSON are left out."""
    projects = [folder / name for name in FILE_NAMES if not name.endswith(JSON)]
    values = [each for pattern in _VALUES for each in folder.glob(pattern)]
    return tuple(sorted(each for each in (*projects, *values) if each.is_file()))


def format_text(name: str, data: bytes, cache: Path | None) -> bytes:
    """Return a file's content in its format. Raises ProjectFileError for what is wrong with its syntax."""
    lower(source_of(name, data), cache)
    return formatted(data.decode()).encode()


def format_file(file: Path, cache: Path | None, *, write: bool) -> bool:
    """Return whether a file was not in its format; it is then written anew, with `write`, in one instant.

    Its permissions stay, and a link stays a link. Raises ProjectFileError, and ProjectError if it is in JSON, or cannot
    be read or written.
    """
    if file.name.endswith(JSON):
        raise ProjectError(f"{file.name} is in JSON, which fmt leaves alone", hint=f"python -m json.tool {file.name}")
    place = Path(os.path.realpath(file))
    before = read_bytes(place)
    after = format_text(file.name, before, cache)
    if after == before:
        return False
    if write:
        _replace(place, after)
    return True


def _replace(place: Path, content: bytes) -> None:
    scratch = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        try:
            scratch.write_bytes(content)
            shutil.copymode(place, scratch)
            scratch.replace(place)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise ProjectError(
            f"{place} cannot be written: {error.strerror or error}",
            hint=f"look at its permissions: ls -ld {place.parent}",
        ) from error
