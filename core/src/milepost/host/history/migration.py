"""How an older file becomes one of today: step by step in one transaction, with a copy of what it was beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from milepost.host.history.copying import copy_whole
from milepost.host.history.lock import alone

Step = Callable[[sqlite3.Connection], None]
"""Brings a file from one version to the next; it runs inside of a transaction."""


def bring_up(connection: sqlite3.Connection, path: Path, steps: Sequence[Step], *, keep: bool = True) -> None:
    """Bring the file to version `len(steps) + 1`, or leave it wholly as it was.

    With `keep`, the file as it was stays beside it as `NAME.before-VERSION`. Another process that does the same at
    this moment is waited for.
    """
    target = len(steps) + 1
    with alone(path.with_name(path.name + ".lock")):
        connection.execute("BEGIN IMMEDIATE")
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version < target and keep:
                # By another connection: nobody else writes while the transaction is open, so it is the last state.
                copy_whole(path, path.with_name(f"{path.name}.before-{target}"))
            for step in steps[version - 1 :]:
                step(connection)
            connection.execute(f"PRAGMA user_version = {max(version, target)}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
