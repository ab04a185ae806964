"""Trouble on demand: what the fakes do instead of their work, and at which point."""

from __future__ import annotations

import os
import signal
import threading
from typing import Annotated

from msgspec import Meta

from milepost.sdk.config import PluginConfig
from milepost.sdk.errors import OperationError
from milepost.sdk.step import Step
from milepost.testing.fakes.world import World

KINDS = ("fail", "bug", "hang", "deaf", "die", "slow")


class TroubleConfig(PluginConfig, frozen=True, kw_only=True):
    """Where a fake goes wrong; each field names a point, such as `deploy`."""

    fail: Annotated[str, Meta(description="Where it raises an error of its role.")] = ""
    bug: Annotated[str, Meta(description="Where it raises what no plugin should.")] = ""
    hang: Annotated[str, Meta(description="Where it waits for ever, but obeys a cancel.")] = ""
    deaf: Annotated[str, Meta(description="Where it waits for ever and obeys nothing.")] = ""
    die: Annotated[str, Meta(description="Where its process is killed.")] = ""
    slow: Annotated[str, Meta(description="Where it takes its time.")] = ""
    seconds: Annotated[float, Meta(description="How much time that is.")] = 0.2


def meet(point: str, config: TroubleConfig, world: World, step: Step) -> None:
    """Pass a point; what happens there is up to the config and to the world. Raises OperationError, ValueError."""
    kind = next((each for each in KINDS if getattr(config, each) == point), "") or world.read()["trouble"].get(point)
    if kind == "fail":
        raise OperationError(f"the fake was told to fail at {point}")
    if kind == "bug":
        raise ValueError(f"the fake was told to have a bug at {point}")
    if kind == "hang":
        step.say(f"hanging at {point}")
        while True:
            step.sleep(0.05)
    if kind == "deaf":
        threading.Event().wait()
    if kind == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "slow":
        step.sleep(config.seconds)
