"""HTTPS: by Caddy's own authority, by one's own files, and by an authority that is asked over ACME."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import OperationError
from milepost_caddy.asking import expiry
from milepost_caddy.config import Acme, CaddyConfig, Certificate
from milepost_caddy.releaser import CaddyReleaser
from milepost_caddy.route import shared_folder

ROOT = Path("storage/pki/authorities/local/root.crt")


@pytest.fixture
def ports() -> tuple[int, int]:
    """Return two ports that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
def internal(ports: tuple[int, int]) -> CaddyConfig:
    """Return the config of an app whose certificate Caddy makes."""
    return CaddyConfig(shared=True, listen="127.0.0.1", tls="internal", port=ports[0], http_port=ports[1], drain=1)


def folder(shop: Any) -> Path:
    return shared_folder(shop.bench.step("status").facts)


def test_caddys_own_authority_vouches_for_the_hosts(shop: Any, verified: Any, internal: CaddyConfig) -> None:
    release = shop.release(shop.started("one"), None, internal, hosts=("shop.test",))
    assert release.urls == (f"https://shop.test:{internal.port}",)
    wait_for(shop, lambda: verified("shop.test", internal.port, folder(shop) / ROOT) == (200, "one"))
    other = shop.release(shop.started("two"), None, internal, project="farm", hosts=("farm.test",))
    wait_for(shop, lambda: verified("farm.test", internal.port, folder(shop) / ROOT) == (200, "two"))
    assert verified("shop.test", internal.port, folder(shop) / ROOT) == (200, "one")
    assert other.urls == (f"https://farm.test:{internal.port}",)
    assert shop.status(internal, hosts=("shop.test",)).name == "ready"


def test_plain_http_is_sent_to_https_with_path_and_query(shop: Any, internal: CaddyConfig) -> None:
    shop.release(shop.started("one"), None, internal, hosts=("shop.test",))
    connection = HTTPConnection("127.0.0.1", internal.http_port, timeout=10)
    connection.request("GET", "/a?b=c", headers={"Host": f"shop.test:{internal.http_port}"})
    response = connection.getresponse()
    connection.close()
    assert (response.status, response.getheader("Location")) == (308, f"https://shop.test:{internal.port}/a?b=c")


def test_http_2_and_3_are_offered(shop: Any, internal: CaddyConfig) -> None:
    shop.release(shop.started("one"), None, internal, hosts=("shop.test",))
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", internal.port), 10) as plain,
        context.wrap_socket(plain, server_hostname="shop.test") as secure,
    ):
        assert secure.selected_alpn_protocol() == "h2"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as third, pytest.raises(OSError, match="in use"):
        third.bind(("127.0.0.1", internal.port))


def test_an_app_with_a_port_of_its_own_speaks_https_to_any_name(shop: Any, answer: Any, verified: Any) -> None:
    config = CaddyConfig(tls="internal", drain=1)
    release = shop.release(shop.started("one"), None, config, hosts=("shop.test",))
    port = int(release.urls[0].rpartition(":")[2])
    assert release.urls[0] == f"https://127.0.0.1:{port}"
    wait_for(shop, lambda: verified("127.0.0.1", port, shop.folder / ROOT) == (200, "one"))
    assert verified("shop.test", port, shop.folder / ROOT) == (200, "one")
    assert verified("localhost", port, shop.folder / ROOT) == (200, "one")
    again = shop.release(shop.started("two"), "one", config, hosts=("shop.test",))
    assert (again.urls, answer(again).body) == (release.urls, "two")


def test_switches_under_https_load_fail_no_request(shop: Any, load: Any, internal: CaddyConfig) -> None:
    live = shop.started("v0")
    release = shop.release(live, None, internal, hosts=("shop.test",))
    with load(release, fresh=2, kept=4) as clients:
        for number in range(1, 5):
            new = shop.started(f"v{number}")
            shop.release(new, live.operation, internal, hosts=("shop.test",))
            shop.backends.end(live.deployment.endpoints[0].address)
            live = new
    assert clients.failures == []
    assert clients.answered > 20


def test_a_certificate_of_ones_own_is_shown_and_taken_anew_when_it_changes(
    shop: Any, verified: Any, internal: CaddyConfig
) -> None:
    shop.release(shop.started("one"), None, internal, app="maker", hosts=("shop.test", "new.test"))
    root = made_by_caddy(shop, "shop.test")
    config = CaddyConfig(tls=Certificate(certificate="shop.test.crt", key="shop.test.key"), drain=1)
    release = shop.release(shop.started("mine"), None, config)
    port = int(release.urls[0].rpartition(":")[2])
    assert verified("shop.test", port, root) == (200, "mine")
    health = shop.status(config)
    assert health.name == "ready"
    assert "nobody but you renews it" in health.warnings[0]
    made_by_caddy(shop, "new.test")
    for end in ("crt", "key"):
        shutil.copy(shop.bench.source / f"new.test.{end}", shop.bench.source / f"shop.test.{end}")
    shop.release(shop.started("again"), "mine", config)
    assert verified("new.test", port, root) == (200, "again")
    assert {path.stat().st_mode & 0o777 for path in shop.folder.glob("routes/*/tls-*")} == {0o600}


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_certificate_that_is_not_there_is_named(shop: Any, content: bytes | None) -> None:
    path = shop.bench.source / "mine.crt"
    if content:
        path.write_bytes(content)
    why = "has no -----BEGIN line" if content else "is not there"
    with pytest.raises(OperationError, match=f"mine.crt {why}; expected a file in PEM form"):
        shop.release(shop.started("one"), None, CaddyConfig(tls=Certificate(certificate="mine.crt", key="mine.key")))
    assert shop.current() is None


@pytest.mark.parametrize(
    ("config", "facts", "problem"),
    [
        ({"tls": "acme"}, {}, 'tls is "acme", and web has no hosts'),
        ({"tls": "acme"}, {"hosts": ("a.test", "*.test")}, r"no certificate for \*\.test to Caddy alone"),
        ({"tls": "internal"}, {"port": 80}, "port 80 is asked for and tls is on"),
    ],
)
def test_https_that_cannot_be_is_refused(
    shop: Any, config: dict[str, Any], facts: dict[str, Any], problem: str
) -> None:
    with pytest.raises(OperationError, match=problem):
        CaddyReleaser(CaddyConfig(**config)).plan(None, shop.bench.step("status", **facts))


def test_https_and_http_on_one_port_are_refused(shop: Any, internal: CaddyConfig) -> None:
    shop.release(shop.started("one"), None, internal, hosts=("shop.test",))
    plain = CaddyConfig(shared=True, listen="127.0.0.1", port=internal.port)
    with pytest.raises(OperationError, match=f"port {internal.port} is the public port of web in default of shop"):
        shop.release(shop.started("two"), None, plain, project="farm", hosts=("farm.test",))


def test_an_expiry_is_read_of_short_and_long_years() -> None:
    short = b"..\x17\x0d250102030405Z\x17\x0d260102030405Z.."
    long = b"..\x17\x0d490102030405Z\x18\x0f20510102030405Z.."
    assert expiry(short) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert expiry(long) == datetime(2051, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert expiry(b"nothing") is None


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Return the directory of an ACME authority, which is another Caddy, and the file of its root."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serves = {
        "listen": [f"127.0.0.1:{port}"],
        "automatic_https": {"disable": True},
        "tls_connection_policies": [{}],
        "routes": [{"handle": [{"handler": "acme_server", "ca": "local"}]}],
    }
    issued = {"automate": ["localhost"]}
    rules = {"policies": [{"subjects": ["localhost"], "issuers": [{"module": "internal"}]}]}
    pki = {"certificate_authorities": {"local": {"install_trust": False}}}
    apps = {"http": {"servers": {"ca": serves}}, "tls": {"certificates": issued, "automation": rules}, "pki": pki}
    storage = tmp_path / "ca"
    document = {"admin": {"disabled": True}, "storage": {"module": "file_system", "root": str(storage)}, "apps": apps}
    (tmp_path / "ca.json").write_text(json.dumps(document))
    binary = shutil.which("caddy", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    assert binary
    command = (binary, "run", "--config", str(tmp_path / "ca.json"))
    environment = os.environ | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    yield f"https://localhost:{port}/acme/local/directory", storage / "pki/authorities/local/root.crt"
    process.kill()
    process.wait()


def test_an_authority_is_asked_over_acme(shop: Any, verified: Any, authority: tuple[str, Path]) -> None:
    for port in (80, 443):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError as error:
            pytest.skip(f"not applicable: an authority asks on port {port} of this machine: {error.strerror}")
    directory, root = authority
    wait_for(shop, root.exists)
    shutil.copy(root, shop.bench.source / "root.pem")
    acme = Acme(email="admin@shop.test", directory=directory, root="root.pem")
    config = CaddyConfig(tls="acme", acme=acme, listen="127.0.0.1", drain=1)
    release = shop.release(shop.started("one"), None, config, hosts=("localhost",))
    assert release.urls == ("https://localhost",)
    wait_for(shop, lambda: verified("localhost", 443, root) == (200, "one"))


def made_by_caddy(shop: Any, name: str) -> Path:
    """Copy the certificate and key that Caddy has made for a name into the app's folder, and return its root."""
    made = folder(shop) / "storage/certificates/local" / name
    wait_for(shop, lambda: (made / f"{name}.key").exists() and (made / f"{name}.crt").exists())
    for end in ("crt", "key"):
        shutil.copy(made / f"{name}.{end}", shop.bench.source / f"{name}.{end}")
    return folder(shop) / ROOT


def wait_for(shop: Any, done: Any) -> None:
    """Wait until something holds that takes Caddy a moment, such as a first certificate."""

    def holds() -> bool:
        try:
            return bool(done())
        except OSError:
            return False

    shop.bench.step("status").wait("it", 30, holds, 0.05)
