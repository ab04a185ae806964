"""One Caddy for several projects: each under its hosts and paths, none in the way of another."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from milepost.sdk import OperationError
from milepost_caddy.config import CaddyConfig
from milepost_caddy.releaser import CaddyReleaser
from milepost_caddy.route import shared_folder


@pytest.fixture
def port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def shared(port: int) -> CaddyConfig:
    """Return the config of an app in the shared Caddy."""
    return CaddyConfig(shared=True, port=port, listen="127.0.0.1", drain=1)


def test_projects_stand_side_by_side_each_under_its_host(shop: Any, answer: Any, shared: CaddyConfig) -> None:
    one = shop.release(shop.started("one"), None, shared, hosts=("shop.test",))
    two = shop.release(shop.started("two"), None, shared, project="farm", hosts=("farm.test", "Old.test"))
    assert one.urls == (f"http://shop.test:{shared.port}",)
    assert two.urls[1] == f"http://old.test:{shared.port}"
    assert (answer(one).body, answer(two).body) == ("one", "two")
    shop.destroy(shared, project="farm")
    assert answer(one).body == "one"
    assert answer(two) == (404, "nothing is released here under this name\n")
    shop.destroy(shared)
    assert not shared_folder(shop.bench.step("status").facts).exists()


def test_without_hosts_an_app_has_a_name_of_its_own(shop: Any, answer: Any, shared: CaddyConfig) -> None:
    one = shop.release(shop.started("one"), None, shared)
    two = shop.release(shop.started("two"), None, shared, workspace="staging", project="Farm")
    assert one.urls == (f"http://web.shop.localhost:{shared.port}",)
    assert two.urls == (f"http://web-staging.farm.localhost:{shared.port}",)
    assert (answer(one).body, answer(two).body) == ("one", "two")


def test_a_host_that_another_project_has_is_refused_with_its_name(shop: Any, shared: CaddyConfig) -> None:
    shop.release(shop.started("one"), None, shared, hosts=("shop.test",))
    with pytest.raises(OperationError) as caught:
        shop.release(shop.started("two"), None, shared, project="farm", hosts=("new.test", "SHOP.test"))
    assert str(caught.value) == f"shop.test:{shared.port}/* belongs to web in default of shop already"
    assert caught.value.hint.endswith("milepost destroy web -w default in the folder of shop")
    assert shop.current(shared, project="farm") is None
    assert shop.current(shared) == "one"


def test_apps_of_one_host_are_told_apart_by_path_the_longer_first(shop: Any, answer: Any, shared: CaddyConfig) -> None:
    from msgspec.structs import replace

    hosts = ("shop.test",)
    web = shop.release(shop.started("web"), None, shared, hosts=hosts)
    api = replace(shared, paths=("/api/*",), strip_prefix="/api")
    other = shop.release(shop.started("api"), None, api, app="api", hosts=hosts)
    deep = replace(shared, paths=("/api/v2/*",))
    shop.release(shop.started("v2"), None, deep, app="v2", hosts=hosts)
    found = {path: answer(web, path).body for path in ("/", "/apis", "/api", "/api/v1", "/api/v2", "/api/v2/x")}
    assert found == {"/": "web", "/apis": "web", "/api": "api", "/api/v1": "api", "/api/v2": "v2", "/api/v2/x": "v2"}
    assert other.urls == (f"http://shop.test:{shared.port}/api/",)
    assert answer(web, "/api/fail").status == 500, "the app sees /fail"
    assert shop.status(api, app="api", hosts=hosts).name == "ready"


def test_apps_of_one_project_share_its_own_port_by_path(shop: Any, answer: Any, port: int) -> None:
    web = shop.release(shop.started("web"), port=port)
    shop.release(shop.started("api"), None, CaddyConfig(paths=("/api/*",)), app="api", port=port)
    assert (answer(web).body, answer(web, "/api/x").body) == ("web", "api")


def test_a_port_that_somebody_has_for_itself_is_not_shared(shop: Any, shared: CaddyConfig) -> None:
    shop.release(shop.started("one"), port=shared.port)
    with pytest.raises(OperationError, match=rf"port {shared.port} is the public port of web in default \(shop-"):
        shop.release(shop.started("two"), None, shared, project="farm", hosts=("farm.test",))


def test_other_addresses_for_the_same_port_are_refused(shop: Any, shared: CaddyConfig) -> None:
    from msgspec.structs import replace

    shop.release(shop.started("one"), None, shared, hosts=("shop.test",))
    other = replace(shared, listen="127.0.0.2")
    with pytest.raises(OperationError, match="is the public port of web in default of shop"):
        shop.release(shop.started("two"), None, other, project="farm", hosts=("farm.test",))


def test_an_app_moves_into_the_shared_caddy_and_back(shop: Any, answer: Any, shared: CaddyConfig) -> None:
    own = shop.release(shop.started("one"))
    moved = shop.release(shop.started("two"), "one", shared)
    assert answer(moved).body == "two"
    assert not shop.folder.exists(), "the project's own Caddy has ended with its last route"
    assert shop.current(shared) == "two"
    assert shop.current() == "two", "where a project file says otherwise, it is found nevertheless"
    back = shop.release(shop.started("three"), "two")
    assert back.urls == own.urls
    assert answer(back).body == "three"
    assert not shared_folder(shop.bench.step("status").facts).exists()


def test_what_another_history_released_is_not_closed(shop: Any, answer: Any, shared: CaddyConfig) -> None:
    one = shop.release(shop.started("one"), None, shared)
    shop.destroy(shared, store="01OTHERSTORE")
    assert answer(one).body == "one"
    assert shop.bench.steps[-1].noted("say") == [
        "web in default of shop was released by another history (01TESTSTORE) and stays as it is"
    ]


def test_a_clean_up_closes_what_is_left(shop: Any, shared: CaddyConfig) -> None:
    shop.release(shop.started("one"), None, shared)
    for _ in range(2):
        CaddyReleaser(shared).clean_up(shop.bench.step("destroy"))
        assert shop.current(shared) is None


def test_projects_that_join_and_leave_under_load_fail_no_request_on_a_kept_connection(
    shop: Any, load: Any, shared: CaddyConfig
) -> None:
    # A connection opened in the very instant in which Caddy changes its listeners may be lost: 1 in some 10,000.
    release = shop.release(shop.started("one"), None, shared, hosts=("shop.test",))
    other = shop.started("two")
    with load(release, fresh=0, kept=8) as clients:
        shop.release(other, None, shared, project="farm", hosts=("farm.test",))
        shop.release(shop.started("new"), "one", shared, hosts=("shop.test",))
        shop.destroy(shared, project="farm")
    assert [failure for failure in clients.failures if "used" in failure] == []
    assert clients.answered > 50


@pytest.mark.parametrize(
    ("config", "facts", "shares"),
    [
        ({}, {"hosts": ("shop.test",)}, False),
        ({"port": 80}, {"hosts": ("shop.test",)}, True),
        ({}, {"hosts": ("shop.test",), "port": 443}, True),
        ({"port": 80}, {}, False),
        ({"port": 80, "shared": False}, {"hosts": ("shop.test",)}, False),
        ({"tls": "acme"}, {"hosts": ("shop.test",)}, True),
        ({"tls": "internal"}, {"hosts": ("shop.test",)}, False),
        ({"tls": "acme", "port": 8443}, {"hosts": ("shop.test",)}, False),
    ],
)
def test_who_shares_without_being_told(shop: Any, config: dict[str, Any], facts: dict[str, Any], shares: bool) -> None:
    from milepost_caddy.whereabouts import is_shared

    assert is_shared(CaddyConfig(**config), shop.bench.step("status", **facts).facts) is shares


def test_what_has_port_80_for_itself_keeps_it(shop: Any) -> None:
    from milepost_caddy.route import Route, Routes, route_key
    from milepost_caddy.whereabouts import is_shared

    facts = shop.bench.step("status", hosts=("shop.test",), port=80).facts
    kept = Route(key=route_key(facts), app="web", workspace="default", listen="127.0.0.1", port=80)
    Routes(shop.folder).keep(kept, {})
    assert not is_shared(CaddyConfig(), facts)


def test_the_usual_ports_are_not_written(shop: Any) -> None:
    from milepost_caddy.wanted import wanted_route
    from milepost_caddy.whereabouts import wanted_spot

    step = shop.bench.step("status", hosts=("shop.test",))
    for tls, url, ports in (("off", "http://shop.test", {80}), ("internal", "https://shop.test", {80, 443})):
        config = CaddyConfig(shared=True, tls=tls)
        route = wanted_route(config, wanted_spot(config, step), step).route
        assert (route.urls(()), route.ports, route.address) == ((url,), ports, f":{route.port}")
    assert urlsplit(url).port is None
