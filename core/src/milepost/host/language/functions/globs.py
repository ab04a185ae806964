"""Patterns of file names, `*`, `?`, `[a-z]`, `{a,b}` and `**`, and looking for the files that they mean."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator
from typing import NamedTuple

from milepost.host.language.functions.glob_syntax import Segment, segments
from milepost.sdk.functions import FunctionError

_MOST_ENTRIES = 200_000
_DEEPEST = 100


class _Folder(NamedTuple):
    """A folder on the way: where it is, how it is called from the start, and the real folders it was reached by."""

    path: str
    name: str
    above: tuple[str, ...]


class Glob:
    """A pattern, and how many names were looked at for it."""

    def __init__(self, pattern: str, is_readable: Callable[[str], bool]) -> None:
        self._patterns = segments(pattern)
        self._is_readable = is_readable
        self._entries = 0

    def files(self, folder: str) -> set[str]:
        """Return the files that the pattern means from a folder on, by their paths from there.

        Links are followed as far as what they lead to is readable. Raises FunctionError where there are too many.
        """
        if not os.path.isdir(folder):
            return set()
        start = _Folder(folder, "", (os.path.realpath(folder),))
        found = {each for pattern in self._patterns for each in self._walk(start, pattern)}
        return {posixpath.relpath(posixpath.join(folder, _text(each)), folder) for each in found}

    def _walk(self, folder: _Folder, pattern: tuple[Segment, ...]) -> Iterator[str]:
        segment, rest = pattern[0], pattern[1:]
        if segment.is_any_depth:
            yield from self._below(folder, rest)
        elif segment.plain is not None:
            yield from self._entered(folder, segment.plain, rest)
        else:
            for name in self._names(folder):
                if segment.matches(name):
                    yield from self._entered(folder, name, rest)

    def _entered(self, folder: _Folder, name: str, rest: tuple[Segment, ...]) -> Iterator[str]:
        child = self._child(folder, name)
        if not self._is_readable(child.above[-1]):
            return
        if not rest and os.path.isfile(child.path):
            yield child.name
        elif rest and os.path.isdir(child.path):
            yield from self._walk(child, rest)

    def _below(self, folder: _Folder, rest: tuple[Segment, ...]) -> Iterator[str]:
        """Go on in a folder and in all below it."""
        if rest:
            yield from self._walk(folder, rest)
        for name in self._names(folder):
            if not rest:
                yield from self._entered(folder, name, ())
            child = self._child(folder, name)
            is_new = child.above[-1] not in folder.above and self._is_readable(child.above[-1])
            if is_new and os.path.isdir(child.path):
                yield from self._below(child, rest)

    def _child(self, folder: _Folder, name: str) -> _Folder:
        path = os.path.join(folder.path, name)
        is_straight = name not in (".", "..") and not os.path.islink(path)
        real = os.path.join(folder.above[-1], name) if is_straight else os.path.realpath(path)
        return _Folder(path, posixpath.join(folder.name, name), (*folder.above, real))

    def _names(self, folder: _Folder) -> list[str]:
        try:
            names = os.listdir(folder.path)
        except OSError as error:
            raise FunctionError(f"the folder {folder.path} cannot be read: {str(error.strerror).lower()}", 0) from error
        self._entries += len(names)
        if self._entries > _MOST_ENTRIES:
            hint = "begin the pattern with the name of a folder"
            raise FunctionError(f"the pattern leads past more than {_MOST_ENTRIES} files", 1, hint=hint)
        if len(folder.above) > _DEEPEST:
            raise FunctionError(f"the pattern leads through more than {_DEEPEST} folders in one another", 1)
        return names


def _text(name: str) -> str:
    """Return a name; one with bytes that are no characters is refused."""
    try:
        return name.encode().decode()
    except UnicodeEncodeError as error:
        shown = name.encode(errors="backslashreplace").decode()
        raise FunctionError(f'the name of the file "{shown}" is no text in UTF-8', 0) from error
