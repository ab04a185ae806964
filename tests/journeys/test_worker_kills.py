"""A worker whose runs are killed: two of its versions never run together, and one of them does in the end."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.journeys import truth
from tests.journeys.campaign import kill
from tests.journeys.flight import Flight, begins, says
from tests.journeys.leaving import at_rest
from tests.journeys.place import Place, until
from tests.journeys.programs import WORKER, worker_project

MOMENTS = {"release": begins("release"), "stopping": says("stopping #")}


def live_alone(place: Place, version: str) -> None:
    """See that of all deployments only what is live runs, that it is of this version, and that all is told truly."""
    at_rest(place)
    truth.check_records(place)
    app = place.app_status()
    name = app["live"]["state"]["fields"]["key"]
    folder = place.state / "plugins/milepost-local/deployments" / name
    assert (folder / "app/version.txt").read_text() == version
    assert app["health"]["name"] == "ready", app
    assert sorted((each.kind, each.deployment) for each in place.running()) == [("app", name), ("supervisor", name)]


def check_apart(place: Place) -> None:
    """See that no worker began while another had not ended; one that was killed cannot say that it did."""
    running = [each for each in place.running() if each.kind == "app"]
    assert len(running) <= 1, running


def check_stands(place: Place) -> None:
    """See that what is said to be live runs: whoever was left to clean up has started the old one again."""
    app = place.app_status()
    until("its start", lambda: any(each.kind == "app" for each in place.running()))
    assert app["health"]["name"] == "ready", app


@contextmanager
def telling(place: Place, what: str) -> Iterator[None]:
    """Add to what goes wrong in here what was done, and what the history says."""
    try:
        yield
    except BaseException as error:
        error.add_note(what)
        error.add_note(place.ask("operation", "list", "--limit", "30").told)
        raise


def strike(place: Place, number: int, verb: str, victim: str, moment: str | float) -> None:
    """Kill in the middle of a run, then run `up` and see that all is well."""
    with telling(place, f"kill {number}: {victim} at {moment} of {verb}"):
        place.write(version__txt=f"cut {number}")
        flight = Flight(place, verb)
        if isinstance(moment, str):
            flight.until(MOMENTS[moment])
        else:
            time.sleep(moment)
        kill(place, flight, victim)
        flight.end()
        at_rest(place)
        truth.check_records(place)
        check_apart(place)
        if victim == "cli":
            check_stands(place)
        place.write(version__txt=f"whole {number}")
        place.up()
        live_alone(place, f"whole {number}")


@pytest.fixture
def worker(empty: Place) -> Place:
    """A place with a worker that is live in two versions, one parked."""
    empty.write(milepost__hcl=worker_project(str(empty.root / "diary")), worker__py=WORKER)
    for version in ("one", "two"):
        empty.write(version__txt=version)
        empty.up()
    return empty


@pytest.mark.parametrize("victim", ["cli", "cli+part"])
def test_a_worker_whose_release_is_killed_is_live_alone_after_the_next(worker: Place, victim: str) -> None:
    for number, moment in enumerate(MOMENTS):
        strike(worker, number, "up", victim, moment)
    worker.json("rollback")
    until("its start", lambda: sum(each.kind == "app" for each in worker.running()) == 1)
    live_alone(worker, "whole 0")


def test_a_worker_that_is_killed_at_random_instants_is_live_alone_after_the_next(worker: Place) -> None:
    chance = random.Random(4)
    for number in range(6):
        verb = chance.choice(("up", "rollback", "restart"))
        strike(worker, number, verb, chance.choice(("cli", "part", "cli+part", "all")), chance.uniform(0, 1.6))
