"""The locks of a store on one machine: files that the system locks, each holding with a row of its own."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

from milepost.host.history import epochs
from milepost.host.history.database import Database
from milepost.host.history.lock import FileLock, held, lock_named, names
from milepost.sdk.errors import HistoryError
from milepost.sdk.store import Document, Lease

PASSING = "run/"
"""How the names of locks begin that are taken once only: their files do not stay."""


class Leases:
    """The locks in a folder, and the rows of a database that say which holding of each is the present one."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database
        self._taken: list[FileStoreLock] = []
        self._guard = threading.Lock()

    def named(self, name: str) -> FileStoreLock:
        """Return the lock of that name, not taken."""
        return FileStoreLock(self, name)

    def held(self) -> dict[str, Document]:
        """Return who holds which lock."""
        return held(self.folder)

    def take_away(self, name: str) -> Document | None:
        """Take the lock from its holder and return what that one wrote; None if it was free."""
        file = lock_named(self.folder, name)
        if file.holder() is None:
            return None
        # Removed inside of the transaction: whoever takes the lock at this moment looks for the file in one of his own.
        with self.database.writing() as connection:
            owner = file.holder()
            epochs.clear(connection, name)
            file.remove()
        return owner

    def begin(self, name: str, file: FileLock, owner: Document) -> Lease | None:
        """Write down a new holding of a lock whose file is locked; None if it was taken away meanwhile."""
        with self.database.writing() as connection:
            if not file.is_there():
                return None
            if name.startswith(PASSING):
                self._sweep(connection, name)
            return epochs.draw(connection, name, owner)

    def end(self, lease: Lease) -> None:
        """Forget a holding, unless a child process has it still."""
        file = lock_named(self.folder, lease.name)
        with self.database.writing() as connection:
            if file.is_free(remove=lease.name.startswith(PASSING)):
                epochs.clear(connection, lease.name, lease.epoch)

    def note(self, lock: FileStoreLock, is_taken: bool) -> None:
        """Remember which locks are to be given back when the store is closed."""
        with self._guard:
            if is_taken:
                self._taken.append(lock)
            elif lock in self._taken:
                self._taken.remove(lock)

    def release(self) -> None:
        """Give back all that was acquired here."""
        with self._guard:
            taken = list(self._taken)
        for each in taken:
            each.release()

    def _sweep(self, connection: sqlite3.Connection, but: str) -> None:
        """Remove what runs that died have left: rows, and files of those that died before they had one."""
        rows = connection.execute("SELECT name FROM lock WHERE name >= 'run/' AND name < 'run0'")
        for name in {*names(self.folder, PASSING), *(row[0] for row in rows)} - {but}:
            if lock_named(self.folder, name).is_free(remove=True):
                epochs.clear(connection, name)


class FileStoreLock:
    """A StoreLock: an flock, which lasts as long as its processes, and the epoch of this holding."""

    def __init__(self, leases: Leases, name: str) -> None:
        self._leases, self._name = leases, name
        self._file = lock_named(leases.folder, name)
        self._lease: Lease | None = None

    @property
    def handle(self) -> int | None:
        """The open file that carries the lock; None while it was not acquired by this object."""
        return self._file.handle

    @property
    def lease(self) -> Lease | None:
        """This holding of it; None while it is not held."""
        return self._lease

    def acquire(self, owner: Document) -> bool:
        """Take the lock without waiting and write down who has it; False if another has it.

        Whoever has it already may say anew what it does.
        """
        while self._file.acquire(owner):
            if self._lease is not None:
                return True
            try:
                self._lease = self._leases.begin(self._name, self._file, owner)
            finally:
                if self._lease is None:
                    self._file.release()
            if self._lease is not None:
                self._leases.note(self, is_taken=True)
                return True
        return False

    def holder(self) -> Document | None:
        """Return what the one who has it wrote; None if it is free."""
        return self._file.holder()

    def join(self, lease: Lease) -> None:
        """Hold it together with the process that acquired it. Raises LockLostError when that holding is over."""
        self._leases.database.see(lambda connection: epochs.check(connection, (lease,)))
        self._lease = lease

    def renew(self) -> None:
        """Raise LockLostError when it is no longer held; an flock needs no renewing."""
        if self._lease is None:
            raise epochs.lost(self._name, None)
        lease = self._lease
        self._leases.database.see(lambda connection: epochs.check(connection, (lease,)))

    def release(self) -> None:
        """Give it back; a child that inherited it still has it."""
        lease, self._lease = self._lease, None
        acquired = self._file.handle is not None
        self._file.release()
        self._leases.note(self, is_taken=False)
        if lease is not None and acquired:
            # It is free already. Its row is only tidied away, which the next holder does too.
            with suppress(HistoryError):
                self._leases.end(lease)
