"""Locks of live processes: an flock on a file, whose owner wrote into it who he is."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from milepost.host.history.trouble import told
from milepost.sdk.store import Document

SUFFIX = ".lock"
ATTEMPTS = 500
PAUSE = 0.002
"""In seconds. Somebody who looks whether a lock is free has it for an instant, and so must not count as an owner."""

LONGEST = 1024 * 1024
"""No owner has more to say, in bytes."""

PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")
"""What stands for itself in a file name; capitals do not, for file systems to which they are the same."""


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Be the only process in this context; wait for the one that is in it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class FileLock:
    """A lock that its process, and each child that inherits `handle`, holds until the last of them lets go or dies.

    The system ties it to the open file, not to the process: it survives the sleep of the machine, and
    is free at the instant the last holder is gone, however that came about.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    @property
    def handle(self) -> int | None:
        """The open file that carries the lock; None while it is not held by this object."""
        return self._handle

    def acquire(self, owner: Document) -> bool:
        """Take the lock without waiting and write down who has it; False if another has it."""
        with told(self.path):
            if self._handle is None:
                self._handle = _taken(self.path)
            if self._handle is None:
                return False
            try:
                _write(self._handle, owner)
            except BaseException:
                self.release()
                raise
        return True

    def holder(self) -> Document | None:
        """Return what the one who has it wrote; None if it is free."""
        with told(self.path):
            return _holder(self.path)

    def is_there(self) -> bool:
        """Return whether the file that is locked still has its name: one that was removed keeps nobody out."""
        return self._handle is not None and _is_the_file(self.path, self._handle)

    def is_free(self, *, remove: bool = False) -> bool:
        """Return whether nobody holds the lock; with `remove`, its file is gone then."""
        with told(self.path), suppress(FileNotFoundError):
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                # Shared, so that one who wants the lock sees that it has no owner, and tries again.
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
                if remove and _is_the_file(self.path, handle):
                    self.remove()
            except BlockingIOError:
                return False
            finally:
                os.close(handle)
        return True

    def remove(self) -> None:
        """Remove the file: who holds it holds nothing any more."""
        with told(self.path):
            self.path.unlink(missing_ok=True)

    def release(self) -> None:
        """Give it back; a child that inherited it still has it."""
        # Closed, not unlocked: unlocking would take it from the child too.
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def lock_named(folder: Path, name: str) -> FileLock:
    """Return the lock of that name, whatever characters it has, as a file in the folder."""
    return FileLock(folder / (encoded(name) + SUFFIX))


def held(folder: Path) -> dict[str, Document]:
    """Return what the holders of the locks in the folder wrote, by the locks' names."""
    with told(folder):
        files = sorted(folder.glob("*" + SUFFIX)) if folder.is_dir() else []
        holders = {decoded(file.name.removesuffix(SUFFIX)): _holder(file) for file in files}
    return {name: owner for name, owner in holders.items() if owner is not None}


def names(folder: Path, beginning: str) -> set[str]:
    """Return the names of the locks with such a beginning that have a file in the folder, held or not."""
    with told(folder):
        files = folder.glob(f"{encoded(beginning)}*{SUFFIX}") if folder.is_dir() else ()
        return {decoded(file.name.removesuffix(SUFFIX)) for file in files}


def encoded(name: str) -> str:
    """Return the name as a file name that `decoded` turns back, also where capitals do not count."""
    return "".join(chr(byte) if byte in PLAIN else f"%{byte:02x}" for byte in name.encode())


def decoded(file: str) -> str:
    """Return the name that `encoded` made the file name of."""
    first, *rest = file.split("%")
    return (first.encode() + b"".join(bytes.fromhex(each[:2]) + each[2:].encode() for each in rest)).decode()


def _taken(path: Path) -> int | None:
    """Return a locked open file, or None if another has the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(ATTEMPTS):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        if _locked(handle) and _is_the_file(path, handle):
            os.set_inheritable(handle, True)
            return handle
        owned = not _is_free(handle)
        os.close(handle)
        if owned:
            return None
        time.sleep(PAUSE)
    return None


def _locked(handle: int) -> bool:
    """Try to lock the open file and return whether it worked."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_the_file(path: Path, handle: int) -> bool:
    """Return whether the path still names the open file: a lock on a removed one keeps nobody out."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), path.stat())
    return False


def _write(handle: int, owner: Document) -> None:
    """Replace the text of the file by the owner's document, so that a reader sees the one or the other."""
    text = json.dumps(owner).encode() + b"\n"
    os.pwrite(handle, text, 0)
    os.ftruncate(handle, len(text))


def _holder(path: Path) -> Document | None:
    """Return the document of the process that has the lock on the file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if _is_free(handle) else _read(handle)
    finally:
        os.close(handle)


def _is_free(handle: int) -> bool:
    """Return whether nobody owns the lock, by taking it for an instant together with others who look."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(handle, fcntl.LOCK_UN)
    return True


def _read(handle: int) -> Document:
    """Return the owner's document; an empty one while he has not written it yet."""
    for _ in range(10):
        with suppress(ValueError):
            document = json.loads(os.pread(handle, LONGEST, 0).partition(b"\n")[0])
            return document if isinstance(document, dict) else {}
        time.sleep(PAUSE)
    return {}
