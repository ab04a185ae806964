"""What a release is, beside the contract: ports, names, files, a Caddy that dies, and what is in the way."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import HealthCheck, OperationError
from milepost.testing.bench import Bench
from milepost.testing.project import write_files
from milepost_caddy.admin import Admin
from milepost_caddy.config import CaddyConfig
from milepost_caddy.route import route_key


def test_a_switch_gives_caddy_no_new_configuration(shop: Any, tmp_path: Path, answer: Any) -> None:
    (tmp_path / "index.html").write_text("file")
    release = shop.release(shop.started("one"))
    pid, running = shop.pid, Admin(shop.folder).running()
    shop.release(shop.deployed("files", str(tmp_path), kind="static-files/1"), "one")
    assert answer(release) == (200, "file")
    assert answer(release, "/nothing") == (404, "Not Found\n")
    shop.release(shop.started("two"), "files")
    assert answer(release) == (200, "two")
    assert (shop.pid, Admin(shop.folder).running()) == (pid, running)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/index.html", 200),
        ("/a.b/page.html", 200),
        ("/.well-known/security.txt", 200),
        ("/.secret", 404),
        ("/%2Esecret", 404),
        ("//.secret", 404),
        ("/.git/config", 404),
        ("/.git/", 404),
        ("/a.b/.secret", 404),
        ("/a.b%2F.secret", 404),
        ("/.well-known/../.secret", 404),
        ("/.well-known/%2e%2e/.secret", 404),
        ("/.well-known-not/file", 404),
        ("/a.b/.well-known/file", 404),
    ],
)
def test_files_with_a_dot_before_their_name_are_not_served(
    shop: Any, tmp_path: Path, answer: Any, path: str, status: int
) -> None:
    site = tmp_path / ".site"
    shown = ("index.html", "a.b/page.html", ".well-known/security.txt")
    hidden = (".secret", ".git/config", ".git/index.html", "a.b/.secret", ".well-known-not/file")
    write_files(site, dict.fromkeys((*shown, *hidden, "a.b/.well-known/file"), "content"))
    release = shop.release(shop.deployed("files", str(site), kind="static-files/1"))
    assert answer(release, path) == (status, "content" if status == 200 else "Not Found\n")


def test_an_app_that_runs_answers_under_whatever_name(shop: Any, answer: Any) -> None:
    assert answer(shop.release(shop.started("one")), "/.name").status == 200


def test_replicas_take_turns(shop: Any, answer: Any) -> None:
    release = shop.release(shop.deployed("three", *map(shop.backends.start, "abc")))
    assert sorted(answer(release).body for _ in range(6)) == list("aabbcc")


def test_an_app_is_public_under_its_name_and_hosts(shop: Any) -> None:
    one = shop.started("one")
    plain = shop.release(one)
    port = plain.urls[0].rpartition(":")[2]
    assert plain.urls == (f"http://127.0.0.1:{port}", f"http://web.localhost:{port}")
    staged = shop.release(one, workspace="staging", hosts=("shop.test",))
    other = staged.urls[0].rpartition(":")[2]
    assert staged.urls[1:] == (f"http://shop.test:{other}", f"http://web-staging.localhost:{other}")


def test_the_port_of_the_app_wins_and_may_change(shop: Any, answer: Any) -> None:
    one, (first, second, unused) = shop.started("one"), free_ports(3)
    release = shop.release(one, None, CaddyConfig(port=unused), port=first)
    assert answer(release) == (200, "one")
    assert release.urls[0] == f"http://127.0.0.1:{first}"
    moved = shop.release(one, "one", port=second)
    assert moved.urls[0] == f"http://127.0.0.1:{second}"
    assert answer(moved) == (200, "one")
    with pytest.raises(ConnectionRefusedError):
        answer(release)


def test_a_dead_caddy_is_started_again_with_all_routes_on_their_ports(shop: Any, answer: Any) -> None:
    web, api = shop.release(shop.started("web")), shop.release(shop.started("api"), app="api")
    shop.kill_caddy()
    assert shop.current() == "web"
    health = shop.status()
    assert (health.name, health.message) == ("down", "Caddy does not run; milepost start opens it again")
    again = shop.release(shop.started("web2"), "web")
    assert again.urls == web.urls
    assert (answer(again).body, answer(api).body) == ("web2", "api")


def test_a_port_in_use_is_named_and_nothing_is_kept(shop: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        port = foreign.getsockname()[1]
        with pytest.raises(OperationError) as caught:
            shop.release(shop.started("one"), port=port)
    assert str(caught.value) == (
        f"port {port} on 127.0.0.1, where web in default is to be public, cannot be used: Address already in use"
    )
    assert f"lsof -i :{port}" in caught.value.hint
    assert shop.current() is None
    assert shop.status().name == "missing"


def test_a_port_in_use_leaves_what_is_live_where_it_was(shop: Any, answer: Any) -> None:
    release = shop.release(shop.started("one"))
    with socket.create_server(("127.0.0.1", 0)) as foreign, pytest.raises(OperationError):
        shop.release(shop.started("two"), "one", port=foreign.getsockname()[1])
    assert answer(release) == (200, "one")
    assert shop.current() == "one"
    assert answer(shop.release(shop.started("three"), "one")) == (200, "three")


@pytest.mark.parametrize("other", [{"app": "api"}, {"project": "farm"}])
def test_the_port_of_another_route_is_refused_by_its_name(shop: Any, other: dict[str, str]) -> None:
    (port,) = free_ports(1)
    shop.release(shop.started("one"), port=port)
    with pytest.raises(OperationError, match=rf"port {port} is the public port of web in default \(shop-"):
        shop.release(shop.started("two"), port=port, **other)


def test_a_route_whose_port_was_taken_meanwhile_does_not_stop_the_others(shop: Any, answer: Any) -> None:
    web, api = shop.release(shop.started("web")), shop.release(shop.started("api"), app="api")
    shop.kill_caddy()
    port = int(api.urls[0].rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        shop.release(shop.started("web2"), "web")
        assert shop.bench.steps[-1].noted("say") == [
            f"api in default is not served: port {port}: Address already in use"
        ]
        assert answer(web).body == "web2"
    shop.release(shop.started("web3"), "web2")
    assert answer(api).body == "api"


def test_the_last_route_takes_caddy_and_its_folder_along(shop: Any, answer: Any) -> None:
    web, api = shop.release(shop.started("web")), shop.release(shop.started("api"), app="api")
    shop.destroy()
    assert answer(api).body == "api"
    with pytest.raises(ConnectionRefusedError):
        answer(web)
    pid = shop.pid
    shop.destroy(app="api")
    assert not shop.folder.exists()
    shop.bench.step("status").wait("the end of Caddy", 20, lambda: not shop.runs(pid))


def test_a_destroy_needs_no_caddy(shop: Any) -> None:
    shop.release(shop.started("web"))
    shop.release(shop.started("api"), app="api")
    shop.kill_caddy()
    shop.destroy()
    assert (shop.current(), shop.current(app="api")) == (None, "api")
    shop.destroy(app="api")
    assert not shop.folder.exists()


def test_status_asks_the_health_path(shop: Any) -> None:
    shop.release(shop.started("one"))
    assert shop.status().name == "ready"
    assert shop.status(health=HealthCheck(path="/fail")).name == "alive"


def test_a_path_may_be_long_and_hold_braces_and_spaces(tmp_path: Path, shop: Any, answer: Any) -> None:
    shop.bench = Bench(tmp_path / "a {brace} and } a long name" / ("x" * 120))
    site = tmp_path / "{file} site"
    site.mkdir()
    (site / "index.html").write_text("hello")
    release = shop.release(shop.deployed("files", str(site), kind="static-files/1"))
    assert answer(release) == (200, "hello")
    assert shop.status().name == "ready"
    shop.destroy()


def test_a_caddy_that_ends_at_once_leaves_what_it_said(shop: Any, tmp_path: Path) -> None:
    binary = program(tmp_path / "caddy", "echo v2.11.7; test $1 = version || { echo no luck today; exit 3; }")
    with pytest.raises(OperationError, match="Caddy ended as soon as it was started: no luck today"):
        shop.release(shop.started("one"), None, CaddyConfig(binary=binary))
    assert "no luck today" in shop.bench.steps[-1].noted("evidence")[0]
    assert shop.current() is None


@pytest.mark.parametrize(
    ("says", "problem"),
    [("v2.9.1 h1:x", "is Caddy v2.9.1; expected 2.11.3 or later"), (None, "there is no program")],
)
def test_a_caddy_that_cannot_do_it_is_refused(shop: Any, tmp_path: Path, says: str | None, problem: str) -> None:
    binary = program(tmp_path / "caddy", f"echo {says}") if says else "no-such-caddy"
    with pytest.raises(OperationError, match=problem):
        shop.release(shop.started("one"), None, CaddyConfig(binary=binary))


def test_a_caddy_that_hangs_is_named_with_its_process_id(shop: Any) -> None:
    shop.release(shop.started("one"))
    os.kill(shop.pid, signal.SIGSTOP)
    try:
        with pytest.raises(OperationError, match=f"Caddy {shop.pid} in .* does not answer") as caught:
            Admin(shop.folder, patience=0.3).running()
        assert caught.value.hint.startswith(f"kill -9 {shop.pid}")
    finally:
        os.kill(shop.pid, signal.SIGCONT)


def test_a_folder_that_cannot_be_written_is_named(shop: Any) -> None:
    in_the_way = shop.folder / "routes" / route_key(shop.bench.step("status").facts) / ".route.json.new"
    in_the_way.mkdir(parents=True)
    with pytest.raises(OperationError, match=r"cannot write in .*: Is a directory") as caught:
        shop.release(shop.started("one"))
    assert "MILEPOST_STATE" in caught.value.hint


def test_a_file_that_cannot_be_read_is_named(shop: Any) -> None:
    shop.folder.write_text("a file in the way")
    with pytest.raises(OperationError, match=r"cannot read .*: Not a directory"):
        shop.current()


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def program(path: Path, script: str) -> str:
    """Write a shell script and return its path."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)
