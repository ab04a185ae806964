"""How servers are reached: proxies, tunnels, what a challenge asks for."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator

import pytest

from milepost.sdk import OperationError
from milepost.testing.bench import Bench
from milepost_docker.registry.api import RegistryClient
from milepost_docker.registry.exchange import Origin, Request, Wire
from milepost_docker.registry.gate import challenges
from milepost_docker.registry.line import Patience
from milepost_docker.registry.proxy import Proxy, is_loopback, proxy_for
from milepost_docker.registry.talk import Manner, Talk
from milepost_docker.registry.trouble import InClearError, is_passing, unreachable
from milepost_docker.registry.trust import Trust

from .laying import nobody
from .telling import Says, TellsServer


@pytest.mark.parametrize(
    ("scheme", "host", "environment", "expected"),
    [
        ("https", "r.example.com", {}, None),
        ("https", "r.example.com", {"HTTPS_PROXY": "http://p.example.com:8080"}, Proxy("p.example.com", 8080)),
        ("https", "r.example.com", {"https_proxy": "p.example.com"}, Proxy("p.example.com", 3128)),
        ("http", "r.example.com", {"HTTPS_PROXY": "http://p.example.com:8080"}, None),
        ("https", "r.example.com", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "a,.example.com"}, None),
        ("https", "r.example.com", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "r.example.com:443"}, None),
        ("https", "r.example.com", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ("https", "bigexample.com", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "example.com"}, Proxy("p", 1)),
        ("https", "127.0.0.1", {"HTTPS_PROXY": "http://p:1"}, None),
        ("https", "r.example.com", {"HTTPS_PROXY": "http://a:b%21@p:1"}, Proxy("p", 1, "Basic YTpiIQ==")),
    ],
)
def test_the_proxy_is_the_one_that_the_environment_names(
    scheme: str, host: str, environment: dict[str, str], expected: Proxy | None
) -> None:
    assert proxy_for(scheme, host, 443, environment) == expected


@pytest.mark.parametrize(("host", "expected"), [("127.8.8.8", True), ("::1", True), ("127.evil.example.com", False)])
def test_loopback_is_told_by_the_address(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.fixture
def refusing_proxy() -> Iterator[tuple[int, list[str]]]:
    """Give the port of a proxy that lets nobody through, and what it is asked."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            for _ in range(1):
                client, _ = listener.accept()
                with client:
                    asked.append(client.recv(4096).decode())
                    client.sendall(b"HTTP/1.1 407 Not You\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=listen)
        thread.start()
        yield listener.getsockname()[1], asked
        thread.join()


def test_a_proxy_that_refuses_is_named(refusing_proxy: tuple[int, list[str]], bench: Bench) -> None:
    port, asked = refusing_proxy
    step = bench.step("status", environment={"HTTPS_PROXY": f"http://anna:pw@127.0.0.1:{port}"})
    with (
        RegistryClient(nobody("registry.example.com"), step, Manner(retries=0)) as registry,
        pytest.raises(OperationError, match=f"the proxy 127.0.0.1:{port} answers 407"),
    ):
        registry.login()
    assert re.match(r"CONNECT registry\.example\.com:443 HTTP/1\.1", asked[0])
    assert "Proxy-Authorization: Basic YW5uYTpwdw==" in asked[0]


def test_without_tls_a_proxy_is_asked_for_the_whole_address(server: TellsServer, bench: Bench) -> None:
    server.on("GET", "http://registry.example.com/x.*", Says(body=b"there"))
    patience = Patience(5, bench.step("status").check)
    wire = Wire(patience, Trust(insecure=True), {"http_proxy": server.host})
    with wire.send(Request(method="GET", url="http://registry.example.com/x?y=1")) as answer:
        assert answer.read(100) == b"there"
    wire.close()
    assert server.seen[0].headers["Host"] == "registry.example.com"


def test_a_registry_that_leads_from_tls_to_clear_text_is_not_followed(bench: Bench) -> None:
    talk = Talk(nobody("registry.example.com"), bench.step("status"))
    with pytest.raises(InClearError) as caught:
        talk.check_step(Origin.of("https://registry.example.com/v2/"), Origin.of("http://storage.example.com/x"))
    assert not is_passing(caught.value)
    assert "storage.example.com without TLS" in str(unreachable("registry.example.com", caught.value))
    talk.check_step(Origin.of("https://a.example.com/"), Origin.of("https://b.example.com/"))


def test_several_challenges_in_one_header_are_told_apart() -> None:
    header = 'Basic realm="a b", Bearer realm="https://t/x",service="s, t",scope="repository:a:pull,push,delete"'
    assert challenges(header) == [
        ("basic", {"realm": "a b"}),
        ("bearer", {"realm": "https://t/x", "service": "s, t", "scope": "repository:a:pull,push,delete"}),
    ]
    assert challenges("Negotiate") == [("negotiate", {})]
