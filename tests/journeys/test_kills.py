"""kill -9 of anybody at any moment: a true history, nothing that runs unnamed, the next `up` clean."""

from __future__ import annotations

import pytest

from tests.journeys import truth
from tests.journeys.campaign import Campaign, aftermath, kill
from tests.journeys.flight import Flight, begins, ended
from tests.journeys.place import Place

MOMENTS = {
    "build": begins("build"),
    "deploy": begins("deploy"),
    "staged": ended("deploy"),
    "release": begins("release"),
    "park": begins("park"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_that_is_killed_at_a_stage_is_told_truly_and_cleaned_up_by_the_next(shop: Place, moment: str) -> None:
    shop.up()
    for number, victim in enumerate(("cli", "part", "cli+part", "all")):
        shop.write(version__txt=f"cut {number}")
        flight = Flight(shop, "up")
        flight.until(MOMENTS[moment])
        kill(shop, flight, victim)
        flight.end()
        aftermath(shop, f"whole {number}")
    shop.run("destroy", "--all", "--yes")
    truth.check_gone(shop)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kills_at_random_instants_lose_nothing(shop: Place, seed: int) -> None:
    shop.up()
    Campaign(shop, seed).wage(10)
    shop.run("destroy", "--all", "--yes")
    truth.check_gone(shop)
