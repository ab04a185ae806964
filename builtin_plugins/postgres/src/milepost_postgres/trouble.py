"""What can go wrong with a database, as errors that say what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg

from milepost.sdk.errors import HistoryError, HistoryUnreachableError, LockLostError, MilepostError
from milepost_postgres.entry import way_in
from milepost_postgres.server import Server

LEASE_LOST, RUN_MISSING, DOCUMENT_MISSING = "MP001", "MP002", "MP003"
"""What our own functions in the database refuse with."""

FORBIDDEN, READ_ONLY = "42501", "25006"
MISSING = ("42P01", "3F000", "42883")
"""No such table, schema, function: somebody else has removed them, or not all of them are there."""

SHORTEST_PIECE = 4
"""In characters: a shorter piece of a password tells little, and stands everywhere."""

SAFE = "what was recorded is safe"


def explained(error: psycopg.Error, server: Server) -> MilepostError:
    """Return the error for what the server or the driver said."""
    code = error.sqlstate or ""
    if code in (LEASE_LOST, RUN_MISSING, DOCUMENT_MISSING):
        return _refused(code, json.loads(error.diag.message_detail or "{}"), server)
    if code in (FORBIDDEN, READ_ONLY):
        return _not_allowed(code, error, server)
    if code in MISSING:
        return HistoryError(
            f"tables are missing in the history at {server.place}: {said(error, server)}",
            hint="see who removed them; milepost makes them anew only in a schema that is empty",
        )
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return unreachable(said(error, server), server)
    return HistoryError(
        f"the history at {server.place} cannot be used: {said(error, server)}",
        hint="milepost store verify tells what is damaged",
    )


def unreachable(why: str, server: Server) -> HistoryUnreachableError:
    """Return the error for a server that did not answer."""
    return HistoryUnreachableError(
        f"the history at {server.place} cannot be reached: {why}",
        hint=f"see that the server runs and can be reached from here, then do the same again; {SAFE}",
    )


def not_connected(error: psycopg.Error, server: Server) -> HistoryUnreachableError:
    """Return the error for a connection that was not made, with what may help, as far as the driver knows it."""
    return HistoryUnreachableError(
        f"the history at {server.place} cannot be reached: {said(error, server)}",
        hint=way_in(error.pgconn, server),
    )


def said(error: psycopg.Error, server: Server) -> str:
    """Return what the server said in one line, without the password."""
    lines = [line.strip() for line in str(error).splitlines()]
    text = "; ".join(line for line in lines if line) or type(error).__name__
    for piece in sorted(_pieces(server.password), key=len, reverse=True):
        text = text.replace(piece, "***")
    return text


def _pieces(password: str) -> set[str]:
    """Return what must not be shown of a password: it, and the longer pieces that a program may cut it into."""
    pieces = re.split(r"[/@:?#&=%\s]+", password)
    return {each for each in pieces if len(each) >= SHORTEST_PIECE} | ({password} if password else set())


def lost(name: str, owner: Mapping[str, Any] | None) -> LockLostError:
    """Return the error for a lock that is not held any more, by what its present owner wrote."""
    if owner is None:
        return LockLostError(
            name, "nobody", "it was broken, or not renewed in time", "nothing more is recorded under it"
        )
    who = f"{owner.get('user') or 'somebody'}@{owner.get('host') or 'somewhere'} (pid {owner.get('pid', '?')})"
    doing = f"run #{owner.get('run', '?')}, {owner.get('verb', '?')}, which took it away"
    return LockLostError(name, who, _time(str(owner.get("since", ""))), doing)


def _refused(code: str, facts: Mapping[str, Any], server: Server) -> MilepostError:
    """Return the error for what one of our functions refused."""
    if code == LEASE_LOST:
        return lost(facts["name"], json.loads(facts["owner"]) if facts["owner"] else None)
    if code == RUN_MISSING:
        return HistoryError(
            f"the operation {facts['id']!r} belongs to the run {facts['run']!r}, which was not recorded before it",
            hint="milepost history",
        )
    return HistoryError(
        f"there is no document {facts['id']!r} in the history at {server.place}, so it cannot be changed",
        hint="milepost history",
    )


def _not_allowed(code: str, error: psycopg.Error, server: Server) -> HistoryError:
    """Return the error for what the role, or the server as it is, may not do."""
    if code == READ_ONLY:
        return HistoryUnreachableError(
            f"the history at {server.place} cannot be written: {said(error, server)}",
            hint="a standby answered, or all is set to read only: name the primary, "
            "or several hosts and ?target_session_attrs=read-write",
        )
    return HistoryError(
        f"the role {server.user!r} may not do that in the history at {server.place}: {said(error, server)}",
        hint=f"let the database's owner run: GRANT CREATE ON DATABASE {server.database} TO {server.user}; "
        "or, where another role has made the tables, grant that role to this one",
    )


def _time(since: str) -> str:
    """Return a recorded time for people."""
    try:
        return datetime.fromisoformat(since).astimezone().strftime("%H:%M:%S")
    except ValueError:
        return since or "an unknown time"
