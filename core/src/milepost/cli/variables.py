"""The values that the command line gives to the project file's variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milepost.sdk.errors import UsageError
from milepost.sdk.request import Variable

if TYPE_CHECKING:
    from milepost.cli.session import Session


def variables(session: Session) -> tuple[Variable, ...]:
    """Return the values for the project file's variables. Raises UsageError for one whose environment is not set."""
    given = [Variable(name=name, value=value) for name, value in session.flags.variables]
    for name, environment in session.flags.variable_environments:
        if environment not in session.environment:
            raise UsageError(f"--var-env {name}={environment}: the environment has no {environment}")
        given.append(Variable(name=name, environment=environment, source="--var-env"))
    return tuple(given)
