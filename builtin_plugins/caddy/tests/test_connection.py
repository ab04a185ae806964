"""What a single connection lives through."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from time import sleep
from typing import Any

import pytest

from milepost_caddy.config import CaddyConfig


def test_an_idle_kept_connection_lives_through_a_switch(shop: Any) -> None:
    release = shop.release(shop.started("one"))
    connection = HTTPConnection(release.urls[0].removeprefix("http://"), timeout=10)
    connection.connect()
    own = connection.sock.getsockname()
    for name, previous in (("one", None), ("two", "one"), ("three", "two")):
        if previous:
            shop.release(shop.started(name), previous)
        connection.request("GET", "/")
        assert connection.getresponse().read().decode() == name
        assert connection.sock.getsockname() == own
    connection.close()


def test_an_upgraded_connection_lives_through_a_switch_and_a_new_route(shop: Any) -> None:
    release = shop.release(shop.started("one"))
    host, port = release.urls[0].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as client, client.makefile("rb") as lines:
        client.sendall(b"GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
        assert b"101" in lines.readline()
        while lines.readline().strip():
            pass
        for change in (
            lambda: shop.release(shop.started("two"), "one", CaddyConfig(drain=0.1)),
            lambda: shop.release(shop.started("other"), app="api"),
        ):
            change()
            client.sendall(b"hello\n")
            assert lines.readline() == b"one hello\n"


def test_a_request_that_finds_nobody_waits_for_the_next_release_and_is_sent_once(shop: Any, answer: Any) -> None:
    old = shop.started("old")
    release = shop.release(old)
    shop.backends.end(old.deployment.endpoints[0].address)
    with ThreadPoolExecutor() as clients:
        early = clients.submit(answer, release, "/post", "POST", "hello")
        sleep(0.5)
        assert not early.done()
        shop.release(shop.started("new"), "old")
        assert early.result() == (200, "new hello")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_that_was_sent_is_never_sent_again(shop: Any, answer: Any, method: str) -> None:
    release = shop.release(shop.started("one"))
    assert answer(release, "/drop", method, "x").status == 503
    assert answer(release, "/noted").body == method


def test_a_dead_replica_is_passed_over(shop: Any, answer: Any) -> None:
    gone = shop.backends.start("gone")
    release = shop.release(shop.deployed("both", gone, shop.backends.start("alive")))
    assert {answer(release).body for _ in range(4)} == {"gone", "alive"}
    shop.backends.end(gone)
    assert [answer(release) for _ in range(4)] == [(200, "alive")] * 4


def test_an_app_that_does_not_answer_gets_a_plain_503_in_its_place(shop: Any, answer: Any) -> None:
    one = shop.started("one")
    release = shop.release(one)
    shop.backends.end(one.deployment.endpoints[0].address)
    assert answer(release) == (503, "web does not answer right now\n")
    assert shop.status().name == "down"


def test_an_apps_own_error_is_passed_on(shop: Any, answer: Any) -> None:
    release = shop.release(shop.started("one"))
    assert answer(release, "/fail") == (500, "one")
