"""The campaign of aimed kills: a process of a run dies at a chosen write, and nothing acknowledged may be missing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.journeys import truth
from tests.journeys.aiming import WHEN, Aim
from tests.journeys.campaign import aftermath
from tests.journeys.flight import Event, Flight
from tests.journeys.leaving import at_rest
from tests.journeys.place import Place

WRITES = {"up": 620, "release": 240, "destroy": 210, "rollback": 300, "deploy": 150}
"""About how many writes each takes; a number that is not reached hits nothing."""


def check_whole(place: Place, before: Sequence[truth.Document], events: Sequence[Event]) -> None:
    """See that the history is sound, has all it had before, and all that was told to have happened since."""
    verification = place.json("store", "verify")
    assert verification["sound"], verification
    runs, operations = truth.runs(place), truth.operations(place)
    known = {each["id"]: each["status"] for each in (*runs, *operations)}
    for each in before:
        assert each["status"] in ("running", known.get(each["id"])), (each, known.get(each["id"]))
    for event in events:
        if event["type"] == "RunStarted":
            assert event["run"] in known, event
        if event["type"] == "OperationStarted":
            assert event["operation"] in known, event
        if event["type"] == "OperationFinished":
            assert known.get(event["operation"]) == event["status"], event
        if event["type"] == "RunFinished":
            assert event["status"] in [each["status"] for each in runs if each["number"] == event["number"]], event
    numbers = [each["number"] for each in runs]
    assert len(set(numbers)) == len(numbers), numbers


def live_in(place: Place) -> str | None:
    """Return the id of what is live."""
    live = place.app_status()["live"]
    return live and str(live["id"])


@dataclass
class AimedCampaign:
    """Kills at writes, the same ones for the same seed, as far as runs of the same verb write alike."""

    aim: Aim
    seed: int
    told: list[str] = field(default_factory=list)
    """What was done, for whoever has to find out why it went wrong."""

    def wage(self, count: int, verbs: Sequence[str] = tuple(WRITES)) -> None:
        """Kill `count` times, each verb as often as the others, and spread over all its writes."""
        chance = random.Random(self.seed)
        for number in range(count):
            verb, when = verbs[number % len(verbs)], WHEN[number // len(verbs) % len(WHEN)]
            try:
                self.strike(number, verb, chance.randint(1, WRITES[verb]), when)
            except BaseException as error:
                error.add_note("\n".join(self.told[-3:]))
                raise

    def strike(self, number: int, verb: str, write: int, when: str) -> None:
        """Have a run die at a write, and see that all is well afterwards."""
        place = self.aim.place
        place.write(version__txt=f"cut {number}")
        if verb in ("release", "deploy"):
            place.json("build" if verb == "deploy" else "deploy")
        before, live = [*truth.runs(place), *truth.operations(place)], live_in(place)
        self.told.append(f"kill {number} of seed {self.seed}: {when} write {write} of {verb}")
        words = (verb, "--all", "--yes") if verb == "destroy" else (verb,)
        flight = Flight(self.aim.at(write, when), *words)
        status = flight.end()
        self.told[-1] += f": {self.aim.hit or 'not reached'}, ended with {status}"
        at_rest(place)
        check_whole(place, before, flight.events)
        # Exit status 1 says that what is live is as before; who was killed itself says nothing.
        assert status != 1 or live_in(place) == live, (live, live_in(place))
        aftermath(place, f"whole {number}")
