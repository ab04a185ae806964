"""The trees of files, kept in the user's cache while the files are unchanged, so that the parser is not even imported.

A cache file has one line that says what it is for, then the file's path, its text and its tree. It is made
again whenever anything about it is not as expected; it may vanish, be torn or be read-only at any time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias
from zlib import crc32

from milepost import __version__
from milepost.host.language.document import FORMAT, decode, encode
from milepost.host.language.source import Source
from milepost.host.language.tree import Body

Lower: TypeAlias = Callable[[Source, Path | None], Body]
"""Makes the tree of a text; it may keep what it likes in the folder."""


def recall(file: Path, source: Source, cache: Path | None) -> Body | None:
    """Return the tree that is kept of a file, an absolute path, if it was made from this text."""
    if cache is None:
        return None
    try:
        data = _place(file, cache).read_bytes()
        header = data[: data.index(b"\n")]
        expected = _about(file, source)
        tree = len(header) + 1 + len(expected)
        if header != _header(memoryview(data)[len(header) + 1 :]) or data[len(header) + 1 : tree] != expected:
            return None
        return decode(data, source, tree)
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        # Missing, unreadable or not ours: the same as no cache.
        return None


def remember(file: Path, body: Body, cache: Path | None) -> None:
    """Keep the tree of a file; a reader sees the old one or the new one."""
    if cache is None:
        return
    place = _place(file, cache)
    kept = _about(file, body.source) + encode(body)
    scratch = place.with_suffix(f".{os.getpid()}.new")
    # A cache that cannot be written is no reason to fail: the next command reads the file anew.
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            # The text of a file may hold what others should not read.
            with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(_header(kept) + b"\n" + kept)
            scratch.replace(place)
        finally:
            scratch.unlink(missing_ok=True)


def forget(file: Path, cache: Path | None) -> None:
    """Keep nothing of a file any more."""
    # A folder that cannot be written to has kept nothing.
    with suppress(OSError):
        if cache is not None:
            _place(file, cache).unlink(missing_ok=True)


def read_tree(file: Path, source: Source, cache: Path | None, lower: Lower) -> Body:
    """Return the tree of a file, an absolute path; `lower` makes it where none is kept. Raises what `lower` does."""
    body = recall(file, source, cache)
    if body is None:
        body = lower(source, cache)
        remember(file, body, cache)
    return body


def _place(file: Path, cache: Path) -> Path:
    return cache / "trees" / f"{crc32(os.fsencode(file)):08x}.tree"


def _header(kept: bytes | memoryview) -> bytes:
    return f"milepost {__version__} tree {FORMAT} {crc32(kept):08x}".encode()


def _about(file: Path, source: Source) -> bytes:
    """Return what a tree was made from; neither a path nor the text of a project file can hold a zero byte."""
    return b"%b\0%b\0" % (os.fsencode(file), source.text.encode())
