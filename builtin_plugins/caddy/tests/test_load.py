"""No client notices a switch, and busy ones do not notice that another app comes or goes."""

from __future__ import annotations

from typing import Any

import pytest

from milepost_caddy.config import CaddyConfig


def test_twenty_switches_under_load_fail_no_request(shop: Any, load: Any) -> None:
    live = shop.started("v0")
    release = shop.release(live)
    with load(release) as clients:
        for number in range(1, 21):
            new = shop.started(f"v{number}")
            assert shop.release(new, live.operation).urls == release.urls
            shop.backends.end(live.deployment.endpoints[0].address)
            live = new
    assert clients.failures == []
    assert clients.answered > 200


def test_switches_between_replicas_and_files_under_load_fail_no_request(shop: Any, load: Any, tmp_path: Any) -> None:
    one, two = shop.started("one"), shop.deployed("two", shop.backends.start("two"), shop.backends.start("three"))
    site = tmp_path / "site"
    (site / "slow").mkdir(parents=True)
    (site / "stream").mkdir()
    (site / "slow" / "0.05").write_text("file")
    (site / "stream" / "0.1").write_text("file" * 10)
    (site / "index.html").write_text("file")
    files = shop.deployed("files", str(site), kind="static-files/1")
    release = shop.release(one)
    with load(release) as clients:
        previous = one
        for new in (two, files, one, files, two) * 3:
            shop.release(new, previous.operation)
            previous = new
    assert clients.failures == []


@pytest.mark.parametrize("pause", [0.0, 0.2])
def test_apps_that_come_and_go_cut_no_busy_connection_of_another(shop: Any, load: Any, pause: float) -> None:
    # A connection opened in the very instant in which Caddy changes its listeners may be lost: 1 in some 10,000.
    release = shop.release(shop.started("web"))
    other = shop.started("other")
    with load(release, fresh=0, kept=8, pause=pause) as clients:
        shop.release(other, app="api")
        shop.release(other, app="blog")
        shop.destroy(app="api")
    assert [failure for failure in clients.failures if "used" in failure] == []


def test_a_request_that_had_begun_is_waited_for(shop: Any, load: Any, answer: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor
    from time import sleep

    old = shop.started("old")
    release = shop.release(old)
    with ThreadPoolExecutor() as clients:
        slow = clients.submit(answer, release, "/slow/1")
        stream = clients.submit(answer, release, "/stream/1.5")
        sleep(0.4)
        again = shop.release(shop.started("new"), "old")
        # A release that had not waited would have them cut now.
        shop.backends.end(old.deployment.endpoints[0].address)
        assert slow.result() == (200, "old")
        assert stream.result() == (200, "old" * 10)
    step = shop.bench.steps[-1]
    assert again.drain_until <= step.now()
    assert any("2 of the requests" in told for told in step.noted("say"))


def test_waiting_for_requests_has_a_limit(shop: Any, answer: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor
    from time import sleep

    release = shop.release(shop.started("old"))
    with ThreadPoolExecutor() as clients:
        slow = clients.submit(answer, release, "/slow/3")
        sleep(0.4)
        shop.release(shop.started("new"), "old", CaddyConfig(drain=0.2))
        assert not slow.done()
        assert slow.result() == (200, "old")
