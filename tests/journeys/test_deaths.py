"""What runs dies, with nobody at work: status says so, and the same `up` heals it, though no file has changed."""

from __future__ import annotations

import pytest

from tests.journeys import truth
from tests.journeys.campaign import kill
from tests.journeys.flight import Flight, begins
from tests.journeys.leaving import at_rest
from tests.journeys.place import Place, fetch, text_of, until


def test_an_app_that_dies_is_started_again_by_its_supervisor(shop: Place) -> None:
    url = shop.up()["urls"][0]
    before = {each.pid for each in shop.running() if each.kind == "app"}
    kill(shop, None, "app")
    until("the app's return", lambda: fetch(url) == (200, "one"))
    assert not before & {each.pid for each in shop.running()}
    truth.check_clean(shop, "one")


@pytest.mark.parametrize("victim", ["supervisor", "caddy", "supervisor+app+caddy"])
def test_what_dies_is_told_by_status_and_healed_by_up(shop: Place, victim: str) -> None:
    url = shop.up()["urls"][0]
    kill(shop, None, victim)
    until("the end of what serves", lambda: fetch(url)[0] != 200)
    app = shop.app_status()
    assert (app["health"]["name"], app["public"]["name"]) != ("ready", "ready"), app
    assert shop.run("status").out
    shop.up()
    assert text_of(url) == "one"
    truth.check_clean(shop, "one")


@pytest.mark.parametrize("victim", ["supervisor", "caddy", "supervisor+app+caddy"])
def test_what_died_can_be_rolled_back_and_destroyed(shop: Place, victim: str) -> None:
    shop.up()
    shop.write(version__txt="two")
    url = shop.up()["urls"][0]
    kill(shop, None, victim)
    shop.json("rollback")
    assert text_of(url) == "one"
    truth.check_clean(shop, "one")
    kill(shop, None, victim)
    shop.run("destroy", "--all", "--yes")
    truth.check_gone(shop)


def test_a_parked_deployment_whose_start_was_cut_off_does_not_run_on(shop: Place) -> None:
    shop.up()
    shop.write(version__txt="two")
    shop.up()
    (parked,) = shop.app_status()["kept"]
    name = parked["state"]["fields"]["key"]
    flight = Flight(shop, "rollback")
    flight.until(begins("release"))
    until("its start", lambda: any((each.kind, each.deployment) == ("supervisor", name) for each in shop.running()))
    kill(shop, flight, "cli+part")
    flight.end()
    at_rest(shop)
    truth.check_records(shop)
    assert truth.check_serving(shop) == "two"
    shop.up()
    truth.check_clean(shop, "two")
