"""The source `env`: variables of the environment in which milepost was called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from milepost.sdk.problem import nearest
from milepost.sdk.source import SourceStep, ValueRequest, ValueResult, missing
from milepost_config_sources.arguments import EnvArguments


class EnvSource:
    """Reads the user's environment."""

    def read(self, requests: Sequence[ValueRequest[EnvArguments]], step: SourceStep) -> Sequence[ValueResult]:
        """Return the values of the variables; one that is set to nothing has the empty text."""
        return [_value(each.arguments.name, step.facts.environment) for each in requests]


def _value(name: str, environment: Mapping[str, str]) -> ValueResult:
    if name in environment:
        return ValueResult(value=environment[name])
    close = nearest(name, tuple(environment))
    hint = f"did you mean {close}?" if close else f"export {name}=…"
    return missing(f"the environment variable {name} is not set", hint)
