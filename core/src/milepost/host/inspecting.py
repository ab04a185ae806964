"""The config of an app as it would get it now, for those who want to look at it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from milepost.host.assembly import Host
from milepost.host.lifecycle.stand import Given, subject_of
from milepost.host.plugins.load import Plugins
from milepost.host.project.config import ConfigValue
from milepost.sdk.request import Variable


def config_of(
    host: Host,
    workspace: str,
    app: str,
    variables: tuple[Variable, ...] = (),
    labels: Mapping[str, str] = MappingProxyType({}),
    *,
    asks: bool = True,
) -> tuple[ConfigValue, ...]:
    """Return the values that an app would get in a workspace; unless it `asks`, those of sources are unknown.

    Raises ProjectFileError with all that is wrong.
    """
    given = Given(host.environment, host.folder, Plugins(host.catalog), variables, labels, asks=asks)
    return subject_of(host.project, app, workspace, 0, given).config().values
