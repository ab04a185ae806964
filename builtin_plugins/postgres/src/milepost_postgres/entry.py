"""Why no connection was made: what the server, asked again in other ways, lets be known; and what may help."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import psycopg
from psycopg.conninfo import make_conninfo

from milepost_postgres.server import Server

SSL_REQUEST = bytes((0, 0, 0, 8, 4, 210, 22, 47))
"""What asks a server whether it offers TLS; it answers with one letter."""

DEMANDS_TLS = ("require", "verify-ca", "verify-full")
"""The values of `sslmode` with which nothing is said in clear."""

OFFERED, NOT_OFFERED = b"S", b"N"

LONGEST = 3.0
"""Seconds to wait for an answer: the connection has been waited for already."""

DATABASES = ("postgres", "template1")
"""Databases that nearly every server has, in which the others can be looked up."""


def way_in(connection: psycopg.pq.abc.PGconn | None, server: Server) -> str:
    """Return what to look at when no connection is made, by facts alone; it asks the server again."""
    if connection is not None and connection.needs_password:
        return "the server wants a password: put it into the url, into PGPASSWORD or into ~/.pgpass"
    answers = [_answer(host, port) for host, port in server.addresses]
    if not any(answers):
        where = " or ".join(f"{host}:{port}" for host, port in server.addresses)
        return (
            f"see that the server runs and listens at {where}, and can be reached from here; what was recorded is safe"
        )
    if server.encryption in DEMANDS_TLS and OFFERED not in answers:
        return f"the server offers no TLS, which sslmode={server.encryption} demands"
    if _lacks_database(server):
        return f"make the database: createdb -O {server.user} {server.database}; or name another one in the url"
    return _login(connection, server, offers_tls=OFFERED in answers)


def _login(connection: psycopg.pq.abc.PGconn | None, server: Server, *, offers_tls: bool) -> str:
    """Return what to look at when a server that answers does not let us in."""
    tls = f", and that its certificate is what sslmode={server.encryption} demands"
    also = tls if server.encryption in DEMANDS_TLS else ""
    if connection is not None and connection.used_password:
        return f"see that the user {server.user!r} and the password in the url are right{also}"
    if server.encryption == "disable" and offers_tls:
        return (
            "take sslmode=disable out of the url if the server wants TLS; "
            f"else see that the role {server.user!r} is there and may log in from here"
        )
    return (
        f"see that the role {server.user!r} and the database {server.database!r} are there, "
        f"and that the server lets it in from here{also}"
    )


def _answer(host: str, port: str) -> bytes:
    """Return what a server says to the question for TLS; empty where none answers."""
    with suppress(OSError, ValueError), _talk(host, port) as talk:
        talk.settimeout(LONGEST)
        if talk.family == socket.AF_UNIX:
            return NOT_OFFERED
        talk.sendall(SSL_REQUEST)
        return talk.recv(1)
    return b""


def _talk(host: str, port: str) -> socket.socket:
    """Return a connection to a host, or to the socket in a folder."""
    if not host.startswith("/"):
        return socket.create_connection((host, int(port)), timeout=LONGEST)
    talk = socket.socket(socket.AF_UNIX)
    try:
        talk.settimeout(LONGEST)
        talk.connect(f"{host}/.s.PGSQL.{port}")
    except OSError:
        talk.close()
        raise
    return talk


def _lacks_database(server: Server) -> bool:
    """Return whether the server lets us in elsewhere, and says that it has no such database."""
    for rows in _databases(server):
        return server.database not in rows
    return False


def _databases(server: Server) -> Iterator[set[str]]:
    """Yield the names of the server's databases, as each database tells them that lets us in."""
    for name in DATABASES:
        conninfo = make_conninfo("", **{**server.parameters, "dbname": name})
        with suppress(psycopg.Error), psycopg.connect(conninfo, autocommit=True) as connection:
            yield {str(row[0]) for row in connection.execute("SELECT datname FROM pg_database").fetchall()}
