"""A project with a real Caddy, and backends that are real processes."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import pytest

from milepost.sdk import Deployment, Endpoint, Health, Recorded, Release
from milepost.testing.bench import Bench
from milepost_caddy.admin import Admin
from milepost_caddy.config import CaddyConfig
from milepost_caddy.releaser import CaddyReleaser
from milepost_caddy.route import project_folder

TESTS = Path(__file__).parent


class Answer(NamedTuple):
    """What a client got."""

    status: int
    body: str


class Backends:
    """Small apps that run beside each other."""

    def __init__(self) -> None:
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str) -> str:
        """Start an app that answers with its name, and return its address."""
        process = subprocess.Popen(
            (sys.executable, "-I", str(TESTS / "backend.py"), name), stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        address = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        self._processes[address] = process
        return address

    def end(self, address: str) -> None:
        """Kill the app at that address."""
        process = self._processes.pop(address)
        process.kill()
        process.communicate()

    def end_all(self) -> None:
        """Kill all of them."""
        for address in list(self._processes):
            self.end(address)


class Shop:
    """A project of which apps are released."""

    def __init__(self, bench: Bench, backends: Backends) -> None:
        self.bench, self.backends = bench, backends

    def deployed(self, name: str, *addresses: str, kind: str = "http-endpoint/1") -> Recorded[Any]:
        """Return a deployment as the history would give it back."""
        endpoints = tuple(Endpoint(kind=kind, address=each) for each in addresses)
        return Recorded(operation=name, deployment=Deployment(endpoints=endpoints))

    def started(self, name: str) -> Recorded[Any]:
        """Return a deployment of one app that was just started."""
        return self.deployed(name, self.backends.start(name))

    def release(
        self, deployment: Recorded[Any], previous: str | None = None, config: CaddyConfig | None = None, **facts: Any
    ) -> Release:
        """Release it in a step of its own."""
        return CaddyReleaser(config or CaddyConfig()).release(deployment, previous, self.bench.step("release", **facts))

    def weigh(self, deployment: Recorded[Any], previous: str, weight: int, **facts: Any) -> Release:
        """Send it a part of the requests."""
        return CaddyReleaser(CaddyConfig()).weigh(deployment, previous, weight, self.bench.step("release", **facts))

    def abort(self, **facts: Any) -> None:
        """Send all requests to what is live again."""
        CaddyReleaser(CaddyConfig()).abort(self.bench.step("release", **facts))

    def weights(self, **facts: Any) -> dict[str, int]:
        """Return who gets how much."""
        return dict(CaddyReleaser(CaddyConfig()).weights(self.bench.step("status", **facts)))

    def requests(self, deployment: Recorded[Any]) -> int:
        """Return how many requests are with a deployment right now."""
        endpoints = deployment.deployment.endpoints if deployment.deployment else ()
        return Admin(self.folder).requests(frozenset(each.address.removeprefix("http://") for each in endpoints))

    def current(self, config: CaddyConfig | None = None, **facts: Any) -> str | None:
        """Return what is live."""
        return CaddyReleaser(config or CaddyConfig()).current(self.bench.step("status", **facts))

    def status(self, config: CaddyConfig | None = None, **facts: Any) -> Health:
        """Return how the release is."""
        return CaddyReleaser(config or CaddyConfig()).status(
            Recorded(operation="any"), self.bench.step("status", **facts)
        )

    def destroy(self, config: CaddyConfig | None = None, **facts: Any) -> None:
        """Close an app that was released, knowing nothing of the release."""
        CaddyReleaser(config or CaddyConfig()).destroy(Recorded(operation="any"), self.bench.step("destroy", **facts))

    @property
    def folder(self) -> Path:
        """The folder of the project's Caddy."""
        return project_folder(self.bench.step("status").facts)

    @property
    def pid(self) -> int:
        """The process id of the project's Caddy."""
        return int((self.folder / "caddy.pid").read_text())

    @staticmethod
    def runs(pid: int) -> bool:
        """Return whether a process is there."""
        return is_running(pid)

    def kill_caddy(self) -> None:
        """End Caddy as a crash would."""
        kill(self.pid)


def is_running(pid: int) -> bool:
    """Return whether a process is there; a child that has ended is taken note of."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:  # somebody else takes note of its end, or has
        sleep(0.01)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill(pid: int) -> None:
    """Kill a Caddy that a test has started, and wait until it is gone."""
    if is_running(pid):
        os.kill(pid, signal.SIGKILL)
    while is_running(pid):
        sleep(0.01)


def ask(release: Release, path: str = "/", method: str = "GET", body: str | None = None) -> Answer:
    """Ask a release's best URL on a connection of its own, at this machine whatever its host is."""
    url = urlsplit(release.urls[0])
    connection = connection_to(url)
    try:
        connection.request(method, url.path.rstrip("/") + path, body, headers={"Host": url.netloc})
        response = connection.getresponse()
        return Answer(response.status, response.read().decode())
    finally:
        connection.close()


def connection_to(url: SplitResult) -> HTTPConnection:
    """Return a connection to this machine, whatever the URL's host is; its certificate is taken as it is."""
    if url.scheme == "http":
        return HTTPConnection("127.0.0.1", url.port, timeout=20)
    return NamedConnection(url.hostname or "", url.port or 443)


class NamedConnection(HTTPSConnection):
    """HTTPS to this machine under another name, which its certificate must have where a root is given."""

    def __init__(self, name: str, port: int, root: Path | None = None) -> None:
        context = ssl.create_default_context(cafile=root)
        if root is None:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        super().__init__("127.0.0.1", port, timeout=20, context=context)
        self._tls, self._name = context, name

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self._name)


@pytest.fixture
def backends() -> Iterator[Backends]:
    """Return what starts apps, and ends them after the test."""
    made = Backends()
    yield made
    made.end_all()


@pytest.fixture
def shop(tmp_path: Path, backends: Backends) -> Iterator[Shop]:
    """Return a project; its Caddy is ended after the test."""
    made = Shop(Bench(tmp_path / "bench"), backends)
    yield made
    for pidfile in made.bench.data.glob("*/caddy.pid"):
        kill(int(pidfile.read_text()))


class Load:
    """Clients in a process of their own, told apart from what they load."""

    def __init__(self, url: str, fresh: int, kept: int, pause: float) -> None:
        argv = (sys.executable, "-I", str(TESTS / "load.py"), url, str(fresh), str(kept), str(pause))
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._process.stdout.readline()
        self.answered, self.failures = 0, ["the clients were never stopped"]

    def stop(self) -> None:
        """Let the clients finish what they have begun, and read what they got."""
        said, _ = self._process.communicate()
        answered, *self.failures = said.splitlines()
        self.answered = int(answered)


@pytest.fixture
def load() -> Callable[..., AbstractContextManager[Load]]:
    """Return what loads a release while a context lasts."""

    @contextmanager
    def loaded(release: Release, fresh: int = 4, kept: int = 4, pause: float = 0.0) -> Iterator[Load]:
        made = Load(release.urls[0], fresh, kept, pause)
        try:
            yield made
        finally:
            made.stop()

    return loaded


@pytest.fixture
def answer() -> Callable[..., Answer]:
    """Return what asks a release."""
    return ask


@pytest.fixture
def verified() -> Callable[..., Answer]:
    """Return what asks this machine by HTTPS under a name, trusting one root only."""

    def asked(name: str, port: int, root: Path) -> Answer:
        connection = NamedConnection(name, port, root)
        try:
            connection.request("GET", "/", headers={"Host": name})
            response = connection.getresponse()
            return Answer(response.status, response.read().decode())
        finally:
            connection.close()

    return asked
