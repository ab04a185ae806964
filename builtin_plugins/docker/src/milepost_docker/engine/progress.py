"""The engine's progress messages of a pull, a push or a load, as lines that a person and a log file can read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from milepost.sdk import Step


def followed(messages: Iterable[dict[str, Any]], what: str, step: Step) -> list[dict[str, Any]]:
    """Show the messages of a stream to its end and return those with `aux` or `stream` that say what was made.

    Raises EngineError with the engine's own words for an error that stands in the stream; `what` is what was being
    done, such as `pushing shop:1`.
    """
    raise NotImplementedError
