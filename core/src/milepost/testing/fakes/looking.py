"""What the fakes answer to those who only look: what they examined, what they would do, the way to an object."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from milepost.sdk.capabilities import Examined, Planned
from milepost.sdk.step import Step
from milepost.testing.fakes.trouble import TroubleConfig, meet
from milepost.testing.fakes.world import World


def examined(config: TroubleConfig, step: Step) -> Iterator[Examined]:
    """Yield what is examined: the world, and its `findings` (level, text, hint). Point: `examine`."""
    world = World(step.facts.data)
    meet("examine", config, world, step)
    yield Examined(level="ok", what=f"the world answers for the {step.facts.stage}")
    yield from (Examined(level=level, what=what, hint=hint) for level, what, hint in world.read().get("findings", ()))


def planned(config: TroubleConfig, kind: str, step: Step, *, there: bool = False) -> tuple[Planned, ...]:
    """Return one thing of a kind that would be made, or changed where it is there. Point: `plan`."""
    meet("plan", config, World(step.facts.data), step)
    return (Planned(action="change" if there else "make", kind=kind, name=step.facts.app),)


def cleaned_up(config: TroubleConfig, step: Step) -> None:
    """Note that what an app shared is removed, and say so. Point: `clean-up`."""
    world = World(step.facts.data)
    world.note(f"clean up {step.facts.app} in {step.facts.workspace}")
    meet("clean-up", config, world, step)
    step.say(f"nothing of {step.facts.app} is left")


def volume(step: Step) -> str:
    """Return the name of the app's volume."""
    return f"{step.facts.workspace}-{step.facts.app}-data"


def drop_volume(step: Step) -> None:
    """Remove the app's volume where that was asked for; say that it stays where it was not."""
    with World(step.facts.data).change() as world:
        if step.facts.volumes:
            world["volumes"].pop(volume(step), None)
        elif volume(step) in world["volumes"]:
            step.say(f"the volume {volume(step)} stays")


@contextmanager
def opened(object: dict[str, Any], step: Step, *, tunnel: bool) -> Iterator[str]:
    """Give the first address of an object of the world; by a `tunnel`, another one that is good until the end."""
    world = World(step.facts.data)
    world.note(f"open {step.facts.app}")
    try:
        yield "http://127.0.0.1:1/tunnel" if tunnel else object["addresses"][0]
    finally:
        world.note(f"close {step.facts.app}")
