"""The kill campaign: something dies in the middle of a run, and then all that milepost promises is looked at."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tests.journeys import truth
from tests.journeys.flight import Flight
from tests.journeys.leaving import at_rest
from tests.journeys.place import Place
from tests.journeys.processes import Running

VICTIMS = ("cli", "part", "cli+part", "supervisor", "app", "caddy", "all")
"""Who may die: `part` is the process of the app's part of a run."""

VERBS = ("up", "up", "up", "rollback", "redeploy", "restart", "deploy")
"""What may be going on, the likely ones more often."""

LONGEST = 1.9
"""Seconds after its start at which a run may be hit; most have ended by then, on a quiet machine."""


def kill(place: Place, flight: Flight | None, victim: str) -> list[Running]:
    """Kill with SIGKILL whoever is meant, and return them."""
    wanted = set(victim.split("+"))
    victims = [each for each in place.running() if each.kind in wanted or victim == "all"]
    if flight is not None and wanted & {"cli", "all"}:
        # First of all: the part would be seen to die by its parent otherwise.
        flight.send(signal.SIGKILL)
    for each in victims:
        with suppress(ProcessLookupError):
            os.kill(each.pid, signal.SIGKILL)
    return victims


def aftermath(place: Place, version: str) -> None:
    """Look at all that must hold once somebody died, then run `up` and see that it is clean."""
    at_rest(place)
    truth.check_records(place)
    truth.check_serving(place)
    place.write(version__txt=version)
    place.up()
    truth.check_clean(place, version)


@dataclass
class Campaign:
    """Kills at random instants, the same ones for the same seed, as far as the machine allows."""

    place: Place
    seed: int
    told: list[str] = field(default_factory=list)
    """What was done, for whoever has to find out why it went wrong."""

    def wage(self, count: int, victims: Sequence[str] = VICTIMS) -> None:
        """Kill `count` times."""
        chance = random.Random(self.seed)
        for number in range(count):
            verb, victim, delay = chance.choice(VERBS), chance.choice(victims), chance.uniform(0.0, LONGEST)
            self.told.append(f"kill {number} of seed {self.seed}: {victim} after {delay:.3f} s of {verb}")
            try:
                self.strike(number, verb, victim, delay)
            except BaseException as error:
                error.add_note("\n".join(self.told[-3:]))
                raise

    def strike(self, number: int, verb: str, victim: str, delay: float) -> None:
        """Start a run, kill the victim in the middle of it, and see that all is well afterwards."""
        self.place.write(version__txt=f"cut {number}")
        flight = Flight(self.place, verb)
        time.sleep(delay)
        kill(self.place, flight, victim)
        flight.end()
        aftermath(self.place, f"whole {number}")
