"""Locks that are leases: held for some seconds by the server's clock, unless they are renewed."""

from __future__ import annotations

import json
import secrets

from milepost.sdk.store import Document, Lease
from milepost_postgres.columns import storable, text
from milepost_postgres.project import Project
from milepost_postgres.trouble import lost


class PostgresLock:
    """A lock of a project, for this process; others may have a part in the same holding."""

    handle: int | None = None

    def __init__(self, project: Project, name: str, held: set[PostgresLock]) -> None:
        self._project, self._name, self._held = project, name, held
        # Made before it is asked for: a call that is made again, because no answer came, is known by it.
        self._token = secrets.randbits(62)
        self._epoch: int | None = None

    @property
    def lease(self) -> Lease | None:
        """This holding of it; None while it is not held."""
        return None if self._epoch is None else Lease(self._name, self._epoch)

    def acquire(self, owner: Document) -> bool:
        """Take the lock without waiting and write down who has it; False if another has it."""
        epoch = self._project.write(
            "SELECT {s}.acquire({p}, %s, %s::bigint, %s, %s::float8)",
            *(storable(self._name), self._token, text(owner), self._project.lease),
        )
        self._hold(epoch)
        return epoch is not None

    def holder(self) -> Document | None:
        """Return what the one who has it wrote; None if it is free."""
        rows = self._project.read(
            "SELECT owner FROM {s}.lock WHERE project = {p} AND name = %s AND {s}.held(project, name) = epoch",
            storable(self._name),
        )
        owner: Document | None = json.loads(rows[0][0]) if rows else None
        return owner

    def join(self, lease: Lease) -> None:
        """Have a part in a holding of which another process told. Raises LockLostError when it is over."""
        if not self._say("join", lease.epoch):
            raise lost(self._name, self.holder())
        self._hold(lease.epoch)

    def renew(self) -> None:
        """Hold it for another lease. Raises LockLostError when it is not held any more, HistoryUnreachableError."""
        if self._epoch is None or not self._say("renew", self._epoch):
            raise lost(self._name, self.holder())

    def release(self) -> None:
        """Give up this part in it; one that was lost, or is not held, is no error."""
        epoch = self._epoch
        self._hold(None)
        if epoch is not None:
            self._project.write(
                "SELECT {s}.release({p}, %s, %s::bigint, %s::bigint)::text",
                *(storable(self._name), epoch, self._token),
            )

    def _hold(self, epoch: int | None) -> None:
        """Note which holding is ours."""
        self._epoch = epoch
        if epoch is None:
            self._held.discard(self)
        else:
            self._held.add(self)

    def _say(self, what: str, epoch: int) -> bool:
        """Ask for some more seconds and return whether they were given."""
        given: bool = self._project.write(
            f"SELECT {{s}}.{what}({{p}}, %s, %s::bigint, %s::bigint, %s::float8)",
            *(storable(self._name), epoch, self._token, self._project.lease),
        )
        return given


def held(project: Project) -> dict[str, Document]:
    """Return who holds which lock of a project."""
    rows = project.read(
        "SELECT name, owner FROM {s}.lock WHERE project = {p} AND {s}.held(project, name) = epoch ORDER BY name"
    )
    return {name: json.loads(owner) for name, owner in rows}


def broken(project: Project, name: str) -> Document | None:
    """Take a lock away from its holder and return what that one wrote; None if it was free."""
    for (owner,) in project.read("SELECT {s}.break_lock({p}, %s)", storable(name)):
        if owner is not None:
            return dict(json.loads(owner))
    return None
