"""Files that functions make: kept under a name made of their content, readable by the user alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from milepost.host.language.context import Context
from milepost.sdk.functions import FunctionError

_FOLDER = 0o700


def kept(context: Context, files: Mapping[str, bytes]) -> Path:
    """Return a folder that has these files, by their paths in it. The same ones are always in the same folder."""
    folder = context.rendered / _name(files)
    try:
        folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
        for path, content in files.items():
            _keep(folder, path, content)
    except OSError as error:
        message = f"what is rendered cannot be written to {folder}: {str(error.strerror).lower()}"
        hint = "make room there, or set XDG_STATE_HOME to a folder that you may write to"
        raise FunctionError(message, hint=hint) from error
    return folder


def _name(files: Mapping[str, bytes]) -> str:
    digest = blake2b(digest_size=16)
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _keep(folder: Path, path: str, content: bytes) -> None:
    """Write a file unless it is there already; whoever looks sees all of it or nothing."""
    place = folder / path
    if place.is_file() and place.read_bytes() == content:
        return
    from tempfile import mkstemp  # noqa: PLC0415 - slow to import, and mostly the copy is there already

    for above in reversed(place.relative_to(folder).parents[:-1]):
        (folder / above).mkdir(mode=_FOLDER, exist_ok=True)
    handle, scratch = mkstemp(dir=place.parent, prefix=".")
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.replace(scratch, place)
    except OSError:
        Path(scratch).unlink(missing_ok=True)
        raise
