"""A config source that reads a JSON file in the user's home, and writes down what it is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from milepost.sdk.config import PluginConfig
from milepost.sdk.source import SourceStep, ValueRequest, ValueResult, failed, missing

VALUES, ASKED = "fake-values.json", "fake-asked.log"
"""The files in the home: the values by their names, and a line of names for each time it was asked."""


class FakeSourceArguments(PluginConfig, frozen=True, kw_only=True):
    """Which value."""

    name: Annotated[str, Meta(description="The name of the value.")]
    part: Annotated[int, Meta(description="Which part of it.")] = 1


class FakeSource:
    """Reads values from `fake-values.json`; one that is null there cannot be read."""

    def read(self, requests: Sequence[ValueRequest[FakeSourceArguments]], step: SourceStep) -> Sequence[ValueResult]:
        """Return the values by their names."""
        folder = step.facts.home
        with open(folder / ASKED, "a", encoding="utf-8") as log:
            log.write(" ".join(each.arguments.name for each in requests) + "\n")
        values = json.loads((folder / VALUES).read_text(encoding="utf-8"))
        return [_found(each.arguments.name, values) for each in requests]


def _found(name: str, values: dict[str, str | None]) -> ValueResult:
    if name not in values:
        return missing(f"there is no {name} in {VALUES}", "add it")
    value = values[name]
    return failed(f"{name} is sealed") if value is None else ValueResult(value=value)
