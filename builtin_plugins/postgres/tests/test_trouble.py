"""What can be wrong with a database is told with what to do, and never with a password."""

from __future__ import annotations

import socket
import traceback
from collections.abc import Callable

import pytest

from milepost.sdk.errors import HistoryError, HistoryUnreachableError
from milepost_postgres.store import PostgresStore
from tests.engines.postgres import PASSWORD, PostgresServer

Open = Callable[..., PostgresStore]
RUN = {"id": "R1", "kind": "run"}
SECRET = "p-w-that-nobody-may-see"


def refused(open_store: Open, url: str, kind: type[HistoryError] = HistoryUnreachableError) -> HistoryError:
    """Return the error of opening that URL, having seen that no password stands anywhere in it."""
    with pytest.raises(kind) as caught:
        open_store(url=url)
    told = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert SECRET not in told
    assert PASSWORD not in told
    return caught.value


def test_a_server_that_is_not_there_is_unreachable(open_store: Open) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        error = refused(open_store, f"postgres://ada:{SECRET}@127.0.0.1:{port}/history")
    assert f"postgres://ada@127.0.0.1:{port}/history" in str(error)
    assert "see that the server runs" in error.hint


def test_a_wrong_password_says_whose(open_store: Open, postgres_server: PostgresServer) -> None:
    error = refused(open_store, postgres_server.url(password=SECRET))
    assert "password authentication failed" in str(error)
    assert "see that the password of 'postgres' is right" in error.hint


def test_a_password_that_is_missing_is_asked_for(open_store: Open, postgres_server: PostgresServer) -> None:
    error = refused(open_store, f"postgres://postgres@127.0.0.1:{postgres_server.port}/postgres")
    assert "PGPASSWORD" in error.hint


def test_a_database_that_is_not_there_is_named(open_store: Open, postgres_server: PostgresServer) -> None:
    error = refused(open_store, postgres_server.url("nowhere"))
    assert 'database "nowhere" does not exist' in str(error)
    assert "createdb -O postgres nowhere" in error.hint


def test_a_server_that_wants_tls_is_not_asked_without(open_store: Open, postgres_server: PostgresServer) -> None:
    error = refused(open_store, postgres_server.url(user="needs_tls", password=SECRET) + "?sslmode=disable")
    assert "no encryption" in str(error)
    assert "take sslmode=disable out of the url" in error.hint


def test_a_server_without_tls_is_not_trusted_when_the_url_wants_it(
    open_store: Open, postgres_server: PostgresServer
) -> None:
    error = refused(open_store, postgres_server.url() + "?sslmode=require")
    assert "SSL" in str(error)
    assert "sslmode=require" in error.hint


def test_a_role_without_rights_is_told_what_to_ask_for(
    open_store: Open, postgres_server: PostgresServer, database: str
) -> None:
    name = database.rpartition("/")[2]
    postgres_server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'")
    url = postgres_server.url(name, user=name, password=SECRET)
    error = refused(open_store, url, HistoryError)
    assert f"GRANT CREATE ON DATABASE {name} TO {name}" in error.hint
    postgres_server.execute(f"GRANT CREATE ON DATABASE {name} TO {name}")
    assert open_store(url=url).append(RUN) == 1
    postgres_server.execute(f"REASSIGN OWNED BY {name} TO postgres", name)
    postgres_server.execute(f"DROP OWNED BY {name}", name)
    postgres_server.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize(
    "url", [f"postgres://ada:{SECRET}%zz@host/history", f"postgres://ada:{SECRET}@host/h?odd=1", SECRET, f"x={SECRET}"]
)
def test_a_url_that_is_none_is_not_repeated(open_store: Open, url: str) -> None:
    error = refused(open_store, url, HistoryError)
    assert "write postgres://USER:PASSWORD@HOST:PORT/DATABASE" in error.hint


def test_no_password_stands_in_the_place(open_store: Open, shared_database: str) -> None:
    store = open_store()
    assert PASSWORD in shared_database
    assert PASSWORD not in store.place
    assert PASSWORD not in repr(store.facts())


def test_tables_that_somebody_removed_are_missed(
    open_store: Open, database: str, postgres_server: PostgresServer
) -> None:
    store = open_store(url=database)
    postgres_server.execute("DROP TABLE milepost.document", database.rpartition("/")[2])
    with pytest.raises(HistoryError, match="tables are missing"):
        store.get("R1")
    with pytest.raises(HistoryError, match="tables are missing"):
        store.append(RUN)


def test_a_server_that_only_reads_is_unreachable_for_writers(
    open_store: Open, database: str, postgres_server: PostgresServer
) -> None:
    open_store(url=database).append(RUN)
    name = database.rpartition("/")[2]
    postgres_server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store = open_store(url=database, create=False)
    assert store.get("R1") is not None
    with pytest.raises(HistoryUnreachableError) as told:
        store.append({"id": "R2", "kind": "run"})
    assert "target_session_attrs=read-write" in told.value.hint


def test_a_store_that_was_closed_says_so(open_store: Open) -> None:
    store = open_store()
    store.close()
    with pytest.raises(HistoryError, match="has been closed"):
        store.append(RUN)
