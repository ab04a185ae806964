"""The tables of a schema: made when it has none, brought up to date step by step, refused when they are newer."""

from __future__ import annotations

from pathlib import Path

import psycopg

from milepost.sdk.errors import HistoryError, NewerHistoryError
from milepost_postgres.link import Connection, Link, Row
from milepost_postgres.server import Server
from milepost_postgres.trouble import explained

STEPS = (("1_tables.sql", "1_functions.sql"),)
"""The scripts of each version, which bring the schema of the version before to it."""

VERSION = len(STEPS)

ALONE = 0x6D696C65706F7374
"""The number of the lock that whoever changes tables holds."""

PATIENCE = "SET LOCAL idle_in_transaction_session_timeout = '30s'"
"""One that vanishes in the middle does not keep the others out for longer."""


def version_of(link: Link) -> int:
    """Return the version of the schema's tables; 0 when there are none. Raises NewerHistoryError."""
    try:
        ((version,),) = link.ask("SELECT max(version) FROM {s}.form")
    except HistoryError as error:
        if isinstance(error.__cause__, psycopg.errors.UndefinedTable | psycopg.errors.InvalidSchemaName):
            return 0
        raise
    if version > VERSION:
        raise NewerHistoryError(link.server.place, version, VERSION)
    return int(version)


def bring_up(link: Link, found: int) -> None:
    """Bring the tables of the schema to this version, together with whoever does so at the same time."""
    if found == VERSION:
        return
    server = link.server
    try:
        connection = link.connected()
        with connection.transaction():
            connection.execute(PATIENCE)
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (ALONE,))
            _make_schema(connection, server)
            for version in range(_version(connection, server) + 1, VERSION + 1):
                connection.execute(_script(server, version))
                connection.execute(_text(server, "INSERT INTO {s}.form VALUES (%s)"), (version,))
    except psycopg.Error as error:
        link.drop()
        raise explained(error, server) from error


def _make_schema(connection: Connection, server: Server) -> None:
    """Make the schema if it is not there. Raises HistoryError for a database that cannot hold all characters."""
    encoding, there = _only(
        connection.execute(
            "SELECT current_setting('server_encoding'), to_regnamespace(%s) IS NOT NULL", (server.quoted,)
        ).fetchall()
    )
    if encoding != "UTF8":
        raise HistoryError(
            f"the database {server.database!r} has the encoding {encoding}, which does not hold all characters",
            hint=f"make one that does: createdb -E UTF8 -T template0 {server.database}_utf8",
        )
    if not there:
        connection.execute(_text(server, "CREATE SCHEMA {s}"))


def _version(connection: Connection, server: Server) -> int:
    """Return the version of the tables, which nobody else changes now."""
    ((there,),) = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{server.quoted}.form",)).fetchall()
    rows = connection.execute(_text(server, "SELECT max(version) FROM {s}.form")).fetchall() if there else [(0,)]
    return int(rows[0][0])


def _only(rows: list[Row]) -> Row:
    """Return the one row."""
    (row,) = rows
    return row


def _script(server: Server, version: int) -> bytes:
    """Return the statements of a step."""
    scripts = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in STEPS[version - 1]]
    channels = f"{server.schema}_".replace("'", "''")
    return _text(server, "\n".join(scripts).replace("{c}", channels))


def _text(server: Server, statement: str) -> bytes:
    """Return a statement with the name of the schema in it."""
    return statement.replace("{s}", server.quoted).encode()
