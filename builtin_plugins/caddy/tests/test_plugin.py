"""Wiring costs nothing, and a config that no Caddy could carry out is refused."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import msgspec
import pytest

from milepost_caddy.config import CaddyConfig
from milepost_caddy.plugin import milepost_releaser
from milepost_caddy.route import Route

HEAVY = "http.client socket json msgspec milepost.sdk.deployment milepost_caddy.config milepost_caddy.releaser"


def test_importing_the_wiring_imports_nothing_heavy() -> None:
    code = f"import sys, milepost_caddy.plugin; print([name for name in {HEAVY.split()!r} if name in sys.modules])"
    bare = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    hooks = subprocess.run(
        (sys.executable, "-c", code.replace("milepost_caddy.plugin", "milepost.sdk.hooks")),
        capture_output=True,
        text=True,
        check=True,
    )
    assert bare.stdout == hooks.stdout, "it imports no more than its marker does"


def test_another_word_is_not_ours() -> None:
    assert milepost_releaser("nginx") is None


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"port": 0}, "port is 0; expected 1 to 65535"),
        ({"drain": -1.0}, "drain is -1; expected 0 or more seconds"),
        ({"listen": "localhost"}, "'localhost' does not appear to be an IPv4 or IPv6 address"),
        ({"prot": 80}, "unknown field `prot`"),
        ({"http_port": 65536}, "http_port is 65536; expected 1 to 65535"),
        ({"paths": ["api"]}, "'api' does not begin with /; write '/api'"),
        ({"strip_prefix": "api"}, "'api' does not begin with /"),
        ({"engine": {"host": "ssh://a", "context": "b"}}, "host and context are both given"),
        ({"tls": {"certificate": "a.pem"}}, "missing required field `key`"),
    ],
)
def test_a_wrong_config_is_refused(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=problem):
        msgspec.convert(arguments, CaddyConfig)


@pytest.mark.parametrize(
    ("listen", "address", "url"),
    [
        ("127.0.0.1", "127.0.0.1:80", "http://127.0.0.1"),
        ("", ":80", "http://127.0.0.1"),
        ("0.0.0.0", "0.0.0.0:80", "http://127.0.0.1"),
        ("::", "[::]:80", "http://[::1]"),
    ],
)
def test_a_route_listens_and_is_reached_by_ip_address(listen: str, address: str, url: str) -> None:
    route = Route(key="k", app="Web", workspace="default", listen=listen, port=80)
    assert (route.address, route.urls(())[0]) == (address, url)
    assert route.urls(())[1] == "http://web.localhost"
