"""What failed of a build, as the person who wants the image would say it: a base image, a step, or the push."""

from __future__ import annotations

import re
from dataclasses import dataclass

from milepost.sdk import MilepostError, OperationError, Step
from milepost_docker.builder.hints import failure_hint
from milepost_docker.builder.order import Order
from milepost_docker.engine.trouble import space_hint
from milepost_docker.reference import parse

RULE = "------\n"
"""What BuildKit writes around the log of a step that failed."""
_AT = re.compile(r"^ > (.+?):?$", re.MULTILINE)
_WHY = re.compile(r"^#\d+ ERROR: (.+)$", re.MULTILINE)
_BASE = re.compile(r"load metadata for (\S+)$")


@dataclass(frozen=True)
class Failure:
    """What BuildKit has printed of a build that failed."""

    tail: str

    @property
    def text(self) -> str:
        """Return the failing step with its log; all that was kept where it names none."""
        return self.tail[self.tail.index(RULE) :] if RULE in self.tail else self.tail

    @property
    def at(self) -> str:
        """Return the step that failed; empty where none is named."""
        found = _AT.search(self.text) if RULE in self.tail else None
        return found[1] if found else ""

    @property
    def why(self) -> str:
        """Return the reason alone."""
        found = _WHY.findall(self.tail)
        lines = self.tail.strip().splitlines()
        return found[-1] if found else (lines or [""])[-1]


def failed(order: Order, failure: Failure, runs: str | None, step: Step) -> OperationError:
    """Return the error for a build by BuildKit; `runs` is what the engine runs, None where another one built."""
    text = failure.text
    if base := _BASE.search(failure.at):
        return base_missing(base[1], failure.why)
    hint = space_hint(text) or failure_hint(order, runs)
    if order.access is not None and failure.at.startswith(("pushing ", "exporting to image")):
        server = order.access.server
        hint = hint or f"docker login {server}; is the repository there, and does the engine reach {server}?"
        return OperationError(
            f"the image of {step.facts.app} was built, pushing it to {order.names[0]} failed: {failure.why}", hint=hint
        )
    at = f", at {failure.at}" if failure.at else ""
    return OperationError(f"the image of {step.facts.app} was not built{at}:\n{text}", hint=hint)


def base_missing(name: str, why: str) -> OperationError:
    """Return the error for a base image that could not be had, for which engines have many words."""
    server = ""
    try:
        found = parse(name)
        name, server = found.familiar, found.server
    except MilepostError:
        pass  # the engine has taken it for a name, and it is shown as the engine tells it
    login = f"; one that is not for everybody: docker login {server}" if server else ""
    hint = space_hint(why) or f"docker pull {name}, and check the name after FROM{login}"
    return OperationError(f"the base image {name} was not found, or cannot be pulled: {why}", hint=hint)
