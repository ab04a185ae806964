"""Opening the history of a project: the tables brought up, the project found or made, and seen to be the one meant."""

from __future__ import annotations

from milepost.sdk.errors import ForeignHistoryError
from milepost.sdk.store import Opening
from milepost_postgres.columns import storable
from milepost_postgres.config import PostgresConfig
from milepost_postgres.link import Link
from milepost_postgres.migration import VERSION, bring_up, version_of
from milepost_postgres.server import server_of
from milepost_postgres.store import Owner, PostgresStore

OWNER = "key, id, name, origin, made"


def open_store(config: PostgresConfig, opening: Opening) -> PostgresStore:
    """Return the project's store.

    Raises ForeignHistoryError when it is that of another project, NewerHistoryError when a newer milepost made the
    tables, HistoryUnreachableError, HistoryError.
    """
    link = Link(server_of(config))
    try:
        version = version_of(link)
        if opening.create or version:
            bring_up(link, version)
        owner = _owner(link, opening) if opening.create or version else None
        claimed = _claimed(link, owner, opening) if owner else Owner(0, "", opening.project, opening.origin, "")
    except BaseException:
        link.close()
        raise
    return PostgresStore(link, claimed, schema=VERSION)


def _owner(link: Link, opening: Opening) -> Owner | None:
    """Return whose history goes by the project's name, made if need be; None if there is none."""
    name = storable(opening.project)
    asked = f"SELECT {OWNER} FROM {{s}}.project WHERE name = %s"  # noqa: S608  names of our own
    rows = link.ask(asked, name)
    if not rows and opening.create:
        link.ask(
            "INSERT INTO {s}.project (name, id, origin, made) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (name) DO NOTHING RETURNING key",
            *(name, storable(opening.new_id()), storable(opening.origin), opening.now().isoformat()),
        )
        rows = link.ask(asked, name)
    return Owner(*rows[0]) if rows else None


def _claimed(link: Link, owner: Owner, opening: Opening) -> Owner:
    """Return the history as the project's own, or raise ForeignHistoryError."""
    origin = storable(opening.origin)
    if owner.origin == origin:
        return owner
    if not opening.adopt and owner.origin != storable(opening.formerly):
        raise ForeignHistoryError(opening.project, opening.origin, owner.origin, link.server.place)
    if opening.create or opening.adopt:
        link.ask(
            "UPDATE {s}.project SET origin = %s, version = version + 1 WHERE key = %s RETURNING key", origin, owner.key
        )
    return owner._replace(origin=origin)
