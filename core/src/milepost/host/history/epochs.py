"""Who holds which lock of a store by right: the rows that say so, and the test that each write under a lock makes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from milepost.host.history.columns import storable
from milepost.sdk.errors import LockLostError
from milepost.sdk.store import Document, Lease


def note_change(connection: sqlite3.Connection) -> None:
    """Count a change, for those who watch."""
    connection.execute("UPDATE fact SET value = value + 1 WHERE name = 'version'")


def draw(connection: sqlite3.Connection, name: str, owner: Document) -> Lease:
    """Write down a new holding of the lock, which ends the one before."""
    connection.execute("UPDATE fact SET value = value + 1 WHERE name = 'epoch'")
    (epoch,) = connection.execute("SELECT value FROM fact WHERE name = 'epoch'").fetchone()
    lease = Lease(name, int(epoch))
    connection.execute("INSERT OR REPLACE INTO lock VALUES (?, ?, ?)", (storable(name), lease.epoch, json.dumps(owner)))
    return lease


def clear(connection: sqlite3.Connection, name: str, epoch: int | None = None) -> None:
    """Forget who held the lock; with an epoch, only if it was that holding."""
    if epoch is None:
        connection.execute("DELETE FROM lock WHERE name = ?", (storable(name),))
    else:
        connection.execute("DELETE FROM lock WHERE name = ? AND epoch = ?", (storable(name), epoch))


def check(connection: sqlite3.Connection, leases: Iterable[Lease]) -> None:
    """Raise LockLostError unless all of these are held still."""
    for lease in leases:
        rows = connection.execute("SELECT epoch, owner FROM lock WHERE name = ?", (storable(lease.name),)).fetchall()
        if not rows or rows[0][0] != lease.epoch:
            raise lost(lease.name, json.loads(rows[0][1]) if rows else None)


def lost(name: str, owner: Document | None) -> LockLostError:
    """Return the error for a lock that is not held any more, by what its present owner wrote."""
    if owner is None:
        return LockLostError(name, "nobody", "it was broken or given back", "nothing more is recorded under it")
    who = f"{owner.get('user') or 'somebody'}@{owner.get('host') or 'somewhere'} (pid {owner.get('pid', '?')})"
    doing = f"run #{owner.get('run', '?')}, {owner.get('verb', '?')}, which took it away"
    return LockLostError(name, who, _time(str(owner.get("since", ""))), doing)


def _time(since: str) -> str:
    """Return a recorded time for people."""
    try:
        return datetime.fromisoformat(since).astimezone().strftime("%H:%M:%S")
    except ValueError:
        return since or "an unknown time"
