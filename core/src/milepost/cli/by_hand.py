"""The variables that somebody gives with a command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from milepost.host.project.variable_sources import ByHand
from milepost.sdk.errors import UsageError
from milepost.sdk.request import Variable

if TYPE_CHECKING:
    from milepost.cli.flags import Flags


def by_hand(flags: Flags, environment: Mapping[str, str]) -> ByHand:
    """Return what the flags give. Raises UsageError for an environment variable that is not set."""
    given = [Variable(name=name, value=value) for name, value in flags.variables]
    for name, variable in flags.variable_environments:
        if variable not in environment:
            raise UsageError(f"--var-env {name}={variable}: the environment has no {variable}")
        given.append(Variable(name=name, environment=variable, source="--var-env"))
    return ByHand(tuple(given), flags.variable_files)
