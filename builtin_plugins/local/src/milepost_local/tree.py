"""A tree of files as a value: what is in it, and the digest that is the same on every machine."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from milepost.sdk import OperationError
from milepost_local.disk import explained

Kind = Literal["file", "program", "link"]

_HEADER = b"file-tree/1\0"
_PIECE = 1 << 16


class Found(NamedTuple):
    """A file or link on the disk, not read yet."""

    path: str
    """Relative to the tree, with slashes, in Unicode's form NFC."""
    place: str
    """Where it lies."""
    stat: os.stat_result

    @property
    def kind(self) -> Kind:
        """What it is: of its mode only the right to execute counts."""
        if stat.S_ISLNK(self.stat.st_mode):
            return "link"
        return "program" if self.stat.st_mode & stat.S_IXUSR else "file"


class Entry(NamedTuple):
    """A file or link of a tree."""

    path: str
    place: str
    kind: Kind
    content: str
    """The SHA-256 of a file's bytes, as hexadecimal digits; where a link points."""
    size: int


class Tree(NamedTuple):
    """All files and links of a folder, in order. Empty folders are no part of it."""

    entries: tuple[Entry, ...]
    digest: str
    """`sha256:` and the digest of names, kinds and contents; times, owners and other modes play no part."""

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(each.size for each in self.entries)


def tree_of(entries: Iterable[Entry]) -> Tree:
    """Return the tree of these entries. Raises OperationError if two of them have the same name."""
    ordered = tuple(sorted(entries, key=lambda each: each.path.encode()))
    digest = hashlib.sha256(_HEADER)
    before = ""
    for each in ordered:
        if each.path == before:
            raise OperationError(
                f"two files are both named {each.path}: their names differ only in how accents are written",
                hint="rename one of them",
            )
        before = each.path
        digest.update("\0".join((each.kind, each.path, each.content, "")).encode())
    return Tree(ordered, f"sha256:{digest.hexdigest()}")


def relative_name(below: str, name: str) -> str:
    """Return the path of a file in a tree. Raises OperationError for a name that is no text."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise OperationError(
            f"a file name in {below or 'the folder'} is no UTF-8: {os.fsencode(name)!r}",
            hint="rename it, or leave it out with a pattern in .milepostignore",
        ) from error
    return unicodedata.normalize("NFC", below + name)


def all_files(folder: Path) -> Iterator[Found]:
    """Yield all files and links of a folder that holds a tree. Raises OperationError."""
    waiting = [("", str(folder))]
    while waiting:
        below, place = waiting.pop()
        with explained("reading a file tree"), os.scandir(place) as found:
            entries = [(each.name, each.path, each.stat(follow_symlinks=False)) for each in found]
        for name, path, status in entries:
            if stat.S_ISDIR(status.st_mode):
                waiting.append((relative_name(below, name) + "/", path))
            else:
                yield Found(relative_name(below, name), path, status)


def read(found: Found) -> Entry:
    """Return the entry of a file, whose content is read. Raises OperationError."""
    with explained("reading a file"):
        if found.kind == "link":
            return Entry(found.path, found.place, "link", unicodedata.normalize("NFC", os.readlink(found.place)), 0)
        with open(found.place, "rb", buffering=0) as file:
            return Entry(found.path, found.place, found.kind, content_of(file), os.fstat(file.fileno()).st_size)


def read_tree(folder: Path) -> Tree:
    """Return the tree that a folder holds, all of it read. Raises OperationError."""
    return tree_of(read(each) for each in all_files(folder))


def content_of(file: BinaryIO) -> str:
    """Return the SHA-256 of what is left to read, as hexadecimal digits. Raises OSError."""
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def copy_file(place: str, target: Path, mode: int) -> str:
    """Copy a file's bytes and return their SHA-256, as hexadecimal digits. Raises OSError."""
    digest = hashlib.sha256()
    with open(place, "rb", buffering=0) as source, open(target, "xb") as copy:
        while piece := source.read(_PIECE):
            digest.update(piece)
            copy.write(piece)
        os.fchmod(copy.fileno(), mode)
    return digest.hexdigest()


def copy_tree(folder: Path, target: Path, *, writable: bool) -> Tree:
    """Copy all files and links to a new folder and return the tree as it was copied. Raises OperationError."""
    entries = []
    for found in all_files(folder):
        copy = target / found.path
        with explained("copying a file tree"):
            copy.parent.mkdir(parents=True, exist_ok=True)
            if found.kind == "link":
                os.symlink(os.readlink(found.place), copy)
                entries.append(read(found))
                continue
            content = copy_file(found.place, copy, file_mode(found.kind, writable))
        entries.append(Entry(found.path, str(copy), found.kind, content, copy.stat().st_size))
    return tree_of(entries)


def file_mode(kind: Kind, writable: bool) -> int:
    """Return the mode of a file in a store, or in a deployment that may write."""
    return (0o644 if writable else 0o444) | (0o111 if kind == "program" else 0)
