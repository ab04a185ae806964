"""A context as a stream: a tar that is made while it is sent, so that its size costs no memory and no disk."""

from __future__ import annotations

import os
import stat
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from milepost.sdk import OperationError, Step
from milepost_docker.builder.ignore import Ignore, Seen, read_ignore
from milepost_docker.builder.recipe import IGNORE, Recipe, readable

PIECE = 1 << 20
"""How many bytes are read and sent at once."""
SPARE = ".milepost.Dockerfile"
"""What a Dockerfile from outside the context is called in it; the engine takes it out again before the first step."""


@dataclass(frozen=True)
class Entry:
    """A file, folder or link of a context that is sent."""

    path: str
    """Below the context, with `/`."""
    place: Path
    status: os.stat_result


def dockerfile_name(recipe: Recipe) -> str:
    """Return what the Dockerfile is called in the stream."""
    return recipe.inside or SPARE


def packed(recipe: Recipe, step: Step) -> Iterator[bytes]:
    """Yield the context as a tar, in pieces. A cancel of the step ends it.

    Raises OperationError for a file that cannot be read, or changes its size meanwhile, with its path.
    """
    added = _added(recipe)
    for entry in entries(recipe, step):
        if entry.path not in added:
            yield from _sent(entry, step)
    for path, text in added.items():
        data = text.encode("utf-8", "surrogateescape")
        yield _header(tarfile.TarInfo(path), size=len(data))
        yield _filled(data)
    # Two blocks of nothing are a tar's end.
    yield bytes(2 * tarfile.BLOCKSIZE)


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same with gzip: less to send, where an engine is far away."""
    squeeze = zlib.compressobj(level=1, wbits=31)
    for piece in pieces:
        if smaller := squeeze.compress(piece):
            yield smaller
    yield squeeze.flush()


def entries(recipe: Recipe, step: Step) -> Iterator[Entry]:
    """Yield what of a context is sent, a folder before what is in it, always in the same order."""
    ignore = read_ignore(recipe.ignore_text(), str(recipe.ignore or IGNORE))
    # The engine reads these two, and takes them out itself where they are to be left out.
    always = {path for path in (recipe.inside, IGNORE) if path}
    yield from _Walk(recipe.context, ignore, always, step).below("", None)


class _Walk:
    """One way through a context."""

    def __init__(self, context: Path, ignore: Ignore, always: set[str], step: Step) -> None:
        self._context, self._ignore, self._always, self._step = context, ignore, always, step

    def below(self, folder: str, above: Seen | None) -> Iterator[Entry]:
        """Yield what is sent of a folder."""
        for name in self._names(folder):
            self._step.check()
            yield from self._entry(f"{folder}/{name}" if folder else name, above)

    def _entry(self, path: str, above: Seen | None) -> Iterator[Entry]:
        """Yield an entry, if it is sent, and what is below it."""
        is_out, seen = self._ignore.leaves_out(path, above)
        is_sent = not is_out or path in self._always
        place = self._context / path
        status = _status(place)
        if not stat.S_ISDIR(status.st_mode):
            if is_sent and self._can_be_sent(path, status.st_mode):
                yield Entry(path, place, status)
            return
        own = Entry(path, place, status)
        if is_sent:
            yield own
            yield from self.below(path, seen)
        elif self._ignore.takes_back or any(each.startswith(f"{path}/") for each in self._always):
            # A folder that is left out is there all the same when something in it is not.
            for number, inner in enumerate(self.below(path, seen)):
                yield from (own, inner) if number == 0 else (inner,)

    def _names(self, folder: str) -> list[str]:
        """Return the names in a folder, in order."""
        place = self._context / folder
        try:
            return sorted(os.listdir(place))
        except OSError as error:
            raise _unreadable(place, error) from error

    def _can_be_sent(self, path: str, mode: int) -> bool:
        """Return whether a tar can hold it; tell of what it cannot."""
        if stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISFIFO(mode):
            return True
        self._step.say(f"{path} is no file but a {'socket' if stat.S_ISSOCK(mode) else 'device'}: it is not sent")
        return False


def _status(place: Path) -> os.stat_result:
    try:
        return place.lstat()
    except OSError as error:
        raise _unreadable(place, error) from error


def _target(place: Path) -> str:
    try:
        return os.readlink(place)
    except OSError as error:
        raise _unreadable(place, error) from error


def _sent(entry: Entry, step: Step) -> Iterator[bytes]:
    """Yield an entry as a tar has it."""
    mode = entry.status.st_mode
    info = tarfile.TarInfo(entry.path)
    info.mode, info.mtime = stat.S_IMODE(mode), int(entry.status.st_mtime)
    if stat.S_ISDIR(mode):
        info.type = tarfile.DIRTYPE
    elif stat.S_ISLNK(mode):
        info.type, info.linkname = tarfile.SYMTYPE, _target(entry.place)
    elif stat.S_ISFIFO(mode):
        info.type = tarfile.FIFOTYPE
    else:
        yield from _file(entry, info, step)
        return
    yield _header(info)


def _file(entry: Entry, info: tarfile.TarInfo, step: Step) -> Iterator[bytes]:
    """Yield a file: its header has its size, which must stay what it was."""
    try:
        with open(entry.place, "rb", buffering=0) as file:
            yield _header(info, entry.status.st_size)
            yield from _content(file, entry, step)
    except OSError as error:
        raise _unreadable(entry.place, error) from error


def _content(file: IO[bytes], entry: Entry, step: Step) -> Iterator[bytes]:
    """Yield the bytes of a file, and what fills its last block."""
    size = left = entry.status.st_size
    while left:
        step.check()
        piece = file.read(min(PIECE, left))
        if not piece:
            raise _changed(entry.place, "smaller")
        left -= len(piece)
        yield piece if left else _filled(piece, size)
    if file.read(1):
        raise _changed(entry.place, "larger")


def _header(info: tarfile.TarInfo, size: int = 0) -> bytes:
    """Return the header of an entry; everything is root's, as Docker sends it."""
    info.size, info.uid, info.gid = size, 0, 0
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _filled(data: bytes, size: int | None = None) -> bytes:
    """Return the last bytes of a file with what fills its last block."""
    return data + bytes(-(len(data) if size is None else size) % tarfile.BLOCKSIZE)


def _added(recipe: Recipe) -> dict[str, str]:
    """Return the files that are not the context's own: a Dockerfile from outside, what its own ignore file says."""
    theirs = recipe.context / IGNORE
    if recipe.inside and recipe.ignore in (None, theirs):
        return {}
    lines = [recipe.ignore_text()]
    if not theirs.exists():
        lines.append(IGNORE)
    if recipe.inside:
        return {IGNORE: "\n".join(lines)}
    text = readable(recipe.dockerfile)
    return {IGNORE: "\n".join([*lines, SPARE]), SPARE: text}


def _unreadable(place: Path, error: OSError) -> OperationError:
    hint = "change who may read it, or leave it out by a line in .dockerignore"
    return OperationError(f"{place} cannot be sent to the engine: {error.strerror}", hint=hint)


def _changed(place: Path, how: str) -> OperationError:
    hint = "stop what writes to it, or leave it out by a line in .dockerignore"
    return OperationError(f"{place} became {how} while it was sent to the engine", hint=hint)
