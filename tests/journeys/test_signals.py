"""Ctrl-C, a hang-up, `milepost cancel`: a run that is to end ends, cleans up, and says so."""

from __future__ import annotations

import signal
import time

import pytest

from tests.journeys import truth
from tests.journeys.campaign import aftermath
from tests.journeys.flight import Flight, begins, says
from tests.journeys.leaving import at_rest
from tests.journeys.place import Place, text_of, until
from tests.journeys.programs import DEPLOY, SERVER, project

NEVER_READY = SERVER.replace("def do_GET(self):", "def do_GET(self):\n        return self.send_error(500)", 1)
STUBBORN = 'hook {\n when = "before"\n command = ["sh", "-c", "trap \'\' TERM; echo holding; sleep 600"]\n }\n'


def waiting_deploy(place: Place) -> Flight:
    """Return a run whose deploy waits for an app that never gets ready."""
    place.write(server__py=NEVER_READY, version__txt="cut")
    flight = Flight(place, "up")
    flight.until(begins("deploy"))
    until("the app's start", lambda: sum(each.kind == "app" for each in place.running()) == 2)
    return flight


def check_cancelled(place: Place, flight: Flight) -> None:
    """See that the run is told as cancelled, and that what was live is as it was, alone."""
    assert flight.end() == 130, flight.err
    run = next(each for each in truth.runs(place) if each["verb"] == "up")
    assert (run["status"], run["exit_status"]) == ("cancelled", 130)
    deploy = next(each for each in truth.operations(place) if each["stage"] == "deploy")
    assert (deploy["status"], deploy["presence"]) == ("cancelled", "destroyed")
    truth.check_clean(place, "one")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_middle_of_a_deploy_cancels_it_and_cleans_up(shop: Place, number: signal.Signals) -> None:
    shop.up()
    flight = waiting_deploy(shop)
    flight.send(number)
    check_cancelled(shop, flight)


def test_cancel_from_elsewhere_ends_a_run_the_same_way(shop: Place) -> None:
    shop.up()
    flight = waiting_deploy(shop)
    shop.run("cancel", "2")
    check_cancelled(shop, flight)


def test_a_second_ctrl_c_abandons_and_the_next_run_cleans_up(shop: Place) -> None:
    url = shop.up()["urls"][0]
    shop.write(milepost__hcl=project(DEPLOY + STUBBORN), version__txt="two")
    flight = Flight(shop, "up")
    flight.until(says("holding"))
    flight.send(signal.SIGINT)
    time.sleep(0.3)
    flight.send(signal.SIGINT)
    assert flight.end() == 130
    assert truth.runs(shop)[0]["status"] == "cancelled"
    at_rest(shop)
    assert text_of(url) == "one"
    shop.write(milepost__hcl=project())
    aftermath(shop, "three")


def test_a_second_run_on_one_app_waits_for_the_first(shop: Place) -> None:
    shop.up()
    slow = 'hook {\n when = "before"\n command = ["sh", "-c", "echo holding; sleep 2"]\n }\n'
    shop.write(milepost__hcl=project(DEPLOY + slow), version__txt="two")
    first = Flight(shop, "up")
    first.until(says("holding"))
    shop.write(milepost__hcl=project(), version__txt="three")
    second = Flight(shop, "up")
    waiting = second.until(lambda event: event["type"] == "Waiting")
    assert "run #2, up" in waiting["text"]
    assert str(first.pid) in waiting["text"]
    assert (first.end(), second.end()) == (0, 0)
    truth.check_clean(shop, "three")


def test_a_run_that_may_not_wait_longer_names_the_holder_and_ends_with_status_4(shop: Place) -> None:
    shop.up()
    flight = waiting_deploy(shop)
    answer = shop.run("up", "--lock-timeout", "0.5", status=4)
    for fact in ("ada", str(flight.pid), "run #2", "up"):
        assert fact in answer.told
    flight.send(signal.SIGINT)
    check_cancelled_but_newer(shop, flight)


def check_cancelled_but_newer(place: Place, flight: Flight) -> None:
    """See that the first of two runs was cancelled, although the second has its record too."""
    assert flight.end() == 130
    assert [each["status"] for each in truth.runs(place)] == ["error", "cancelled", "success"]
    truth.check_clean(place, "one")


def test_a_rollback_with_preempt_cancels_who_holds_the_app(shop: Place) -> None:
    shop.up()
    shop.write(version__txt="two")
    url = shop.up()["urls"][0]
    flight = waiting_deploy(shop)
    shop.json("rollback", "--preempt")
    assert flight.end() == 130
    assert text_of(url) == "one"
    truth.check_clean(shop, "one")
