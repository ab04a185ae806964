"""Where trees are kept: each in a folder named by its digest, put in place whole and never written again."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import tempfile
import time
from pathlib import Path

from milepost.sdk import ArtifactGoneError, OperationError
from milepost_local.disk import explained, remove_tree
from milepost_local.tree import Entry, Tree, all_files, content_of, copy_file, copy_tree, file_mode, read_tree, tree_of

_NO_LINK = (errno.EMLINK, errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EEXIST, errno.ENOENT)
_ABANDONED = 86_400.0
"""Seconds after which a half-written tree is nobody's any more."""


class TreeStore:
    """Trees in a folder. With `blobs`, files of the same content lie on the disk once."""

    def __init__(self, folder: Path, blobs: Path | None = None) -> None:
        self._folder, self._blobs = folder, blobs

    def path(self, digest: str) -> Path:
        """Return the folder that the tree has when it is here."""
        return self._folder / digest.removeprefix("sha256:")

    def holds(self, digest: str) -> bool:
        """Whether the tree is here and has this digest; all of it is read."""
        folder = self.path(digest)
        return folder.is_dir() and read_tree(folder).digest == digest

    def add(self, tree: Tree) -> Path:
        """Return the folder that holds the tree, after copying its files if need be. Raises OperationError."""
        folder = self.path(tree.digest)
        if self._looks_whole(tree):
            return folder
        remove_tree(folder)
        with explained("keeping a file tree"):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep()
            scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=self._folder))
        try:
            for each in tree.entries:
                self._put(each, scratch / each.path)
            with explained("keeping a file tree"):
                self._settle(scratch, folder)
        finally:
            remove_tree(scratch)
        return folder

    def add_owner(self, digest: str, owner: str) -> None:
        """Note that somebody needs the tree. Raises OperationError."""
        with explained("keeping a file tree"):
            self._owners(digest).mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._owners(digest) / _name(owner)).touch()

    def remove(self, digest: str, owner: str) -> None:
        """Remove the tree unless somebody else needs it too; one that is gone is no error."""
        owners = self._owners(digest)
        with explained("removing a file tree"):
            (owners / _name(owner)).unlink(missing_ok=True)
            if owners.is_dir() and any(owners.iterdir()):
                return
        self.discard(digest)
        remove_tree(owners)

    def discard(self, digest: str) -> None:
        """Remove the tree, and the files that only it had; one that is gone is no error."""
        folder = self.path(digest)
        contents = [read_tree(folder)] if self._blobs is not None and folder.is_dir() else []
        remove_tree(folder)
        with explained("removing a file tree"):
            for entry in (each for tree in contents for each in tree.entries if each.kind != "link"):
                self._drop_blob(entry)

    def _owners(self, digest: str) -> Path:
        """Return the folder with a file for each who needs the tree."""
        return self._folder / ".owners" / digest.removeprefix("sha256:")

    def _looks_whole(self, tree: Tree) -> bool:
        """Whether the tree is here with all its names and sizes; who uses it reads it all."""
        folder = self.path(tree.digest)
        if not folder.is_dir():
            return False
        here = {each.path: (each.kind, 0 if each.kind == "link" else each.stat.st_size) for each in all_files(folder)}
        return here == {each.path: (each.kind, each.size) for each in tree.entries}

    def _settle(self, scratch: Path, folder: Path) -> None:
        """Put the finished tree in its place; who comes second leaves the first one's. Raises OSError."""
        scratch.chmod(0o755)
        try:
            scratch.rename(folder)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise

    def _put(self, entry: Entry, target: Path) -> None:
        """Write one file or link of a tree. Raises OperationError."""
        with explained("keeping a file tree"):
            target.parent.mkdir(parents=True, exist_ok=True)
            if entry.kind == "link":
                os.symlink(entry.content, target)
            elif self._blobs is None:
                _copy(entry, target)
            else:
                _put_once(entry, target, self._blob(entry))

    def _blob(self, entry: Entry) -> Path:
        """Return where the file's content is kept once for all trees."""
        assert self._blobs is not None
        return self._blobs / entry.content[:2] / f"{entry.content[2:]}.{entry.kind}"

    def _drop_blob(self, entry: Entry) -> None:
        """Remove a content that no tree has any more. Raises OSError."""
        blob = self._blob(entry)
        with contextlib.suppress(FileNotFoundError):
            if blob.stat().st_nlink == 1:
                blob.unlink()

    def _sweep(self) -> None:
        """Remove what a build that was killed left half-written."""
        for each in self._folder.glob(".new-*"):
            if time.time() - each.stat().st_mtime > _ABANDONED:
                remove_tree(each)


def unpack(reference: str, digest: str, target: Path) -> Tree:
    """Copy an artifact's tree to the new folder `target`, whose files can be written; all of it is verified.

    Raises ArtifactGoneError if the tree is not there or has changed.
    """
    source = Path(reference)
    if not source.is_dir():
        raise _gone(reference, "the folder is not there any more")
    tree = copy_tree(source, target, writable=True)
    if tree.digest != digest:
        raise _gone(reference, f"its content has changed: it is {tree.digest}, expected {digest}")
    return tree


def read_artifact(reference: str, digest: str) -> Tree:
    """Return an artifact's tree, all of it read and verified. Raises ArtifactGoneError."""
    source = Path(reference)
    if not source.is_dir():
        raise _gone(reference, "the folder is not there any more")
    tree = tree_of(read_tree(source).entries)
    if tree.digest != digest:
        raise _gone(reference, f"its content has changed: it is {tree.digest}, expected {digest}")
    return tree


def _gone(reference: str, why: str) -> ArtifactGoneError:
    """Return the error, with what to type."""
    error = ArtifactGoneError(reference, why)
    error.hint = "milepost up builds it again"
    return error


def _copy(entry: Entry, target: Path) -> None:
    """Copy a file for good. Raises OperationError if it is not any more what it was when the tree was made."""
    if copy_file(entry.place, target, file_mode(entry.kind, writable=False)) != entry.content:
        raise OperationError(
            f"{entry.path} changed while it was being read", hint="do it again when nothing writes to the app's folder"
        )


def _put_once(entry: Entry, target: Path, blob: Path) -> None:
    """Make `target` one more name of the content, or a copy that later trees share. Raises OSError."""
    if _is_sound(blob, entry) and _linked(blob, target):
        return
    _copy(entry, target)
    blob.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    blob.unlink(missing_ok=True)
    _linked(target, blob)


def _linked(old: Path, new: Path) -> bool:
    """Give a file one more name; return whether that could be done. Raises OSError."""
    try:
        os.link(old, new)
    except OSError as error:
        # No links here, too many of them, or another build was quicker: a copy does as well.
        if error.errno not in _NO_LINK:
            raise
        return False
    return True


def _is_sound(blob: Path, entry: Entry) -> bool:
    """Whether the blob is there, and has the content and the mode that its name says."""
    try:
        with open(blob, "rb", buffering=0) as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            whole = content_of(file) == entry.content
            return whole and mode == file_mode(entry.kind, writable=False)
    except FileNotFoundError:
        return False


def _name(owner: str) -> str:
    """Return a file name for somebody who needs a tree."""
    return hashlib.sha256(owner.encode()).hexdigest()[:16]
