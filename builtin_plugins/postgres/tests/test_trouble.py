"""What can be wrong with a database is told with what to do, and never with a password."""

from __future__ import annotations

import socket
import traceback
from collections.abc import Callable
from random import Random
from socketserver import BaseRequestHandler, ThreadingTCPServer
from string import printable
from threading import Thread

import psycopg
import pytest

from milepost.sdk import Credential
from milepost.sdk.errors import HistoryError, HistoryUnreachableError
from milepost.sdk.secret import Part
from milepost_postgres.config import PostgresConfig
from milepost_postgres.entry import SSL_REQUEST
from milepost_postgres.server import server_of
from milepost_postgres.store import PostgresStore
from milepost_postgres.trouble import said
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
        error = refused(open_store, f"postgres://ada:{SECRET}@127.0.0.1:{port}/history?sslmode=disable")
    assert f"postgres://ada@127.0.0.1:{port}/history" in str(error)
    assert f"see that the server runs and listens at 127.0.0.1:{port}" in error.hint
    assert "sslmode" not in error.hint


def test_a_wrong_password_says_whose(open_store: Open, postgres_server: PostgresServer) -> None:
    error = refused(open_store, postgres_server.url(password=SECRET))
    assert "password authentication failed" in str(error)
    assert "see that the user 'postgres' and the password in the url are right" in error.hint


def test_a_password_that_is_missing_is_asked_for(open_store: Open, postgres_server: PostgresServer) -> None:
    error = refused(open_store, f"postgres://postgres@127.0.0.1:{postgres_server.port}/postgres")
    assert "PGPASSWORD" in error.hint


def test_a_database_that_is_not_there_is_named(open_store: Open, postgres_server: PostgresServer) -> None:
    error = refused(open_store, postgres_server.url("nowhere") + "?sslmode=disable")
    assert 'database "nowhere" does not exist' in str(error)
    assert "createdb -O postgres nowhere" in error.hint


def test_a_role_that_is_not_there_is_named(open_store: Open, postgres_server: PostgresServer) -> None:
    error = refused(open_store, postgres_server.url(user="nobody", password=SECRET) + "?sslmode=disable")
    assert "see that the user 'nobody'" in error.hint


class OffersTls(BaseRequestHandler):
    """A server that offers TLS and talks to nobody without."""

    def handle(self) -> None:
        """Answer the question for TLS, and nothing else."""
        if self.request.recv(8) == SSL_REQUEST:
            self.request.sendall(b"S")


def test_a_server_that_wants_tls_is_not_asked_without(open_store: Open) -> None:
    with ThreadingTCPServer(("127.0.0.1", 0), OffersTls) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"postgres://ada:{SECRET}@127.0.0.1:{server.server_address[1]}/history?sslmode=disable"
        error = refused(open_store, url)
        server.shutdown()
        thread.join()
    assert "take sslmode=disable out of the url" in error.hint


def test_one_without_tls_is_not_said_to_want_it(open_store: Open, postgres_server: PostgresServer) -> None:
    error = refused(open_store, postgres_server.url(user="needs_tls", password=SECRET) + "?sslmode=disable")
    assert "sslmode" not in error.hint
    assert "the role 'needs_tls'" in error.hint


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


@pytest.mark.parametrize("password", ["pa/qz7x", "p@qz7x", "pa/qz7@qz7x", "p?a#qz7x/0rd", "/qz7x", "qz7x/"])
def test_a_url_in_which_the_password_may_end_elsewhere_is_not_repeated(open_store: Open, password: str) -> None:
    with pytest.raises(HistoryError) as caught:
        open_store(url=f"postgres://milepost:{password}@127.0.0.1:5/history")
    assert "qz7" not in str(caught.value) + caught.value.hint
    assert "write %40 for @, %3A for :, %2F for /" in caught.value.hint


def test_a_port_that_is_none_is_not_repeated_for_it_may_be_a_password(open_store: Open) -> None:
    error = refused(open_store, f"postgres://milepost:{SECRET}", HistoryError)
    assert "write postgres://USER:PASSWORD@HOST:PORT/DATABASE" in error.hint


def test_no_piece_of_any_password_is_told(open_store: Open) -> None:
    random = Random(7)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}/history"
        for _ in range(300):
            password = "".join(random.choices(printable, k=random.randrange(4, 20)))
            with pytest.raises(HistoryError) as caught:
                open_store(url=f"postgres://milepost:{password}@{address}")
            told = "".join(traceback.format_exception(caught.value)) + caught.value.hint
            assert not [at for at in range(len(password) - 3) if password[at : at + 4] in told], (password, told)


def test_pieces_of_a_password_that_others_quote_are_blotted_out() -> None:
    server = server_of(PostgresConfig(url=Credential([Part("postgres://ada:abcd%2Fefgh%40xy@host/history")])))
    error = psycopg.OperationalError('invalid port "abcd", no host "efgh@xy"')
    assert said(error, server) == 'invalid port "***", no host "***@xy"'


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
