"""A part of the requests goes to another deployment: as much as was asked, and back without a failed one."""

from __future__ import annotations

import socket
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from milepost.sdk import OperationError
from milepost_caddy import traffic
from milepost_caddy.config import CaddyConfig
from milepost_caddy.releaser import CaddyReleaser
from milepost_caddy.traffic import SLOTS, Share, Traffic


@pytest.mark.parametrize(("weight", "slots"), [(1, 1), (10, 6), (25, 15), (50, 30), (99, 59)])
def test_a_part_has_its_share_of_the_slots_spread_among_the_others(tmp_path: Path, weight: int, slots: int) -> None:
    part = Share(deployment="new", targets=("127.0.0.1:8", "127.0.0.1:9"), weight=weight)
    whole = Traffic(deployment="old", kind="http", targets=("127.0.0.1:1",), share=part)
    traffic.switch(tmp_path, whole)
    led = [(tmp_path / "live" / f"slot-{slot:02}").read_text() for slot in range(SLOTS)]
    assert sum(target in part.targets for target in led) == slots
    assert traffic.read(tmp_path) == whole
    gaps = "".join("n" if target in part.targets else "o" for target in led).split("n")
    assert max(map(len, gaps)) <= -(-SLOTS // slots), "no long row of one of them"


def test_what_was_kept_before_there_were_parts_is_read(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / "traffic.json").write_text('{"deployment":"one","kind":"http","targets":["127.0.0.1:1"]}')
    assert traffic.read(tmp_path) == Traffic(deployment="one", kind="http", targets=("127.0.0.1:1",))


def test_requests_are_split_as_asked(shop: Any, answer: Any) -> None:
    release = shop.release(shop.started("old"))
    shop.weigh(shop.started("new"), "old", 30)
    assert Counter(answer(release).body for _ in range(SLOTS)) == {"old": 42, "new": 18}
    assert shop.status().message.endswith("; new gets 30 %")


def test_parts_that_change_under_load_fail_no_request(shop: Any, load: Any) -> None:
    live, new = shop.started("old"), shop.deployed("new", shop.backends.start("new1"), shop.backends.start("new2"))
    release = shop.release(live)
    with load(release) as clients:
        for weight in (1, 10, 30, 90, 50):
            shop.weigh(new, "old", weight)
        shop.abort()
        shop.weigh(new, "old", 75)
        shop.release(new, "old")
        shop.backends.end(live.deployment.endpoints[0].address)
    assert clients.failures == []
    assert clients.answered > 50


def test_a_part_that_is_taken_back_may_end_its_requests(shop: Any, answer: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    new = shop.started("new")
    release = shop.release(shop.started("old"))
    shop.weigh(new, "old", 99)
    with ThreadPoolExecutor() as clients:
        slow = [clients.submit(answer, release, "/slow/0.6") for _ in range(4)]
        shop.bench.step("status").wait("a request", 10, lambda: shop.requests(new) > 0, 0.02)
        shop.abort()
        # An abort that had not waited would have them cut now.
        shop.backends.end(new.deployment.endpoints[0].address)
        assert {each.result().status for each in slow} == {200}


def test_a_dead_caddy_is_started_again_by_a_part(shop: Any, answer: Any) -> None:
    release = shop.release(shop.started("old"))
    shop.kill_caddy()
    shop.weigh(shop.started("new"), "old", 50)
    assert {answer(release).body for _ in range(4)} == {"old", "new"}


@pytest.mark.parametrize(
    ("weight", "problem"), [(0, "the weight is 0; expected 1 to 99"), (100, "the weight is 100; expected 1 to 99")]
)
def test_all_or_nothing_is_no_part(shop: Any, weight: int, problem: str) -> None:
    shop.release(shop.started("old"))
    with pytest.raises(OperationError, match=problem):
        shop.weigh(shop.started("new"), "old", weight)


def test_what_cannot_be_split_is_said(shop: Any, tmp_path: Path) -> None:
    shop.release(shop.started("old"))
    with pytest.raises(OperationError, match="a folder of files is one of these two"):
        shop.weigh(shop.deployed("files", str(tmp_path), kind="static-files/1"), "old", 10)
    with pytest.raises(OperationError, match="old is live already"):
        shop.weigh(shop.started("old"), "old", 10)
    assert shop.weights() == {"old": 100}


def test_a_plan_names_the_split_that_a_release_would_end(shop: Any) -> None:
    shop.release(shop.started("old"))
    shop.weigh(shop.started("new"), "old", 10)
    planned = CaddyReleaser(CaddyConfig()).plan(None, shop.bench.step("status"))
    assert [(each.action, each.kind) for each in planned] == [("keep", "route"), ("remove", "split")]
    assert planned[1].detail == "has 10 %"


def test_a_plan_refuses_a_port_of_another_app(shop: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    shop.release(shop.started("one"), port=port)
    with pytest.raises(OperationError, match=f"port {port} is the public port of web in default"):
        CaddyReleaser(CaddyConfig()).plan(None, shop.bench.step("status", app="api", port=port))
