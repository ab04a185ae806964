"""The trees of files, kept in the user's cache while the files are unchanged, so that the parser is not even imported.

A cache file has one line that says what it is for, and a JSON document. It is made again whenever
anything about it is not as expected; it may vanish, be torn or be read-only at any time.
"""

from __future__ import annotations

import json
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
        header, _, document = _place(file, cache).read_bytes().partition(b"\n")
        if header != _header(document):
            return None
        kept = json.loads(document)
        if (kept["file"], kept["text"]) != (str(file), source.text):
            return None
        return decode(kept["tree"], source)
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        # Missing, unreadable or not ours: the same as no cache.
        return None


def remember(file: Path, body: Body, cache: Path | None) -> None:
    """Keep the tree of a file; a reader sees the old one or the new one."""
    if cache is None:
        return
    place = _place(file, cache)
    document = json.dumps(
        {"file": str(file), "text": body.source.text, "tree": encode(body)}, ensure_ascii=False, separators=(",", ":")
    ).encode("utf-8", "surrogatepass")
    scratch = place.with_suffix(f".{os.getpid()}.new")
    # A cache that cannot be written is no reason to fail: the next command reads the file anew.
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            # The text of a file may hold what others should not read.
            with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(_header(document) + b"\n" + document)
            scratch.replace(place)
        finally:
            scratch.unlink(missing_ok=True)


def read_tree(file: Path, source: Source, cache: Path | None, lower: Lower) -> Body:
    """Return the tree of a file, an absolute path; `lower` makes it where none is kept. Raises what `lower` does."""
    body = recall(file, source, cache)
    if body is None:
        body = lower(source, cache)
        remember(file, body, cache)
    return body


def _place(file: Path, cache: Path) -> Path:
    return cache / "trees" / f"{crc32(os.fsencode(file)):08x}.json"


def _header(document: bytes) -> bytes:
    return f"milepost {__version__} tree {FORMAT} {crc32(document):08x}".encode()
