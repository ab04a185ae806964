"""The values of a project's variables: gathered from all that gives one, and resolved, for those who only look."""

from __future__ import annotations

from milepost.host.assembly import Host
from milepost.host.outside import User, world
from milepost.host.plugins.load import Plugins
from milepost.host.project.scope import Outside
from milepost.host.project.variable_sources import ByHand, Gathered, gathered
from milepost.host.project.variables import Resolution, resolved
from milepost.sdk.request import Variable


def gather(host: Host, workspace: str, by_hand: ByHand, *, lenient: bool = False) -> Gathered:
    """Return the values for the project's variables, as a request carries them.

    With `lenient`, for what goes by records, a file that nobody named and that is wrong gives nothing. Raises
    ProjectError with what else is wrong.
    """
    return gathered(host.project, workspace, by_hand, _outside(host), lenient=lenient)


def resolve(host: Host, workspace: str, given: tuple[Variable, ...]) -> Resolution:
    """Return the values of the project's variables with what was given, where they came from, and what is wrong."""
    return resolved(host.project, given, _outside(host), workspace=workspace, asks=False)


def _outside(host: Host) -> Outside:
    """Return the world as one who only looks sees it: no source is asked."""
    return world(host.project, Plugins(host.catalog), User(host.environment, host.folder), asks=False)
