"""Reaching a deployment: the public URL, its own, or a tunnel that stands as long as it is needed."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.real import RealShop
from milepost.host.cancel import Cancel
from milepost.host.reaching import Reached, Wish, reach
from milepost.sdk.errors import OperationError


def reached(real: RealShop, **wish: object) -> Reached:
    asked = Wish(workspace="default", app="web", **wish)  # type: ignore[arg-type]  # fields of Wish
    with reach(real.host(), asked, Cancel()) as found:
        return found


def test_what_is_live_is_reached_where_it_is_public(real: RealShop) -> None:
    real.run("up")
    found = reached(real)
    assert (found.url, found.lasts) == ("http://shop.default.web.fake", True)
    assert not any(each.startswith("open") for each in real.world.log())


def test_the_newest_staged_one_is_reached_at_its_own_url(real: RealShop) -> None:
    real.run("up")
    real.run("deploy", choices={"force": True})
    found = reached(real, staged=True)
    assert (found.deployment.number, found.url, found.lasts) == (2, "http://127.0.0.1:20001", True)
    assert real.world.log()[-2:] == ["open web", "close web"]


def test_a_tunnel_stands_as_long_as_the_context_lasts(real: RealShop) -> None:
    real.write(config="tunnel = true")
    real.run("up")
    asked = Wish(workspace="default", app="web", direct=True)
    with reach(real.host(), asked, Cancel()) as found:
        assert (found.url, found.lasts) == ("http://127.0.0.1:1/tunnel", False)
        assert real.world.log()[-1] == "open web"
    assert real.world.log()[-1] == "close web"


def test_what_ends_the_context_is_not_put_down_to_the_plugin(real: RealShop) -> None:
    real.write(config="tunnel = true")
    real.run("up")
    with (
        pytest.raises(BrokenPipeError),
        reach(real.host(), Wish(workspace="default", app="web", direct=True), Cancel()),
    ):
        raise BrokenPipeError
    assert real.world.log()[-1] == "close web"


def test_a_platform_that_opens_nothing_has_its_recorded_url(real: RealShop) -> None:
    real.write(platform="fake-plain", deploy="")
    real.run("up")
    assert reached(real, direct=True).url.startswith("http://127.0.0.1:2")


def test_without_anything_staged_it_says_so(real: RealShop) -> None:
    real.run("up")
    with pytest.raises(OperationError, match="nothing of web is staged in default"):
        reached(real, staged=True)


def test_a_parked_one_runs_nowhere_and_one_that_is_prepared_not_yet(real: RealShop) -> None:
    real.run("up")
    real.run("redeploy")
    with pytest.raises(OperationError, match="web#1 is parked"):
        reached(real, ref="web#1/deploy")
    real.write(app='strategy = "start-first"')
    real.run("deploy", choices={"force": True})
    with pytest.raises(OperationError, match="web#3 is prepared and starts at its release"):
        reached(real, staged=True)


def test_a_worker_has_nothing_to_open(real: RealShop) -> None:
    real.write(platform="fake-plain", config="worker = true")
    real.run("up")
    with pytest.raises(OperationError, match="web#1 exposes nothing"):
        reached(real)


def test_reaching_writes_nothing(real: RealShop) -> None:
    real.run("up")
    before = real.host().store.version()
    reached(real, direct=True)
    assert real.host().store.version() == before
