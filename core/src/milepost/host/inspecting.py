"""The config of an app as it would get it now, for those who want to look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from milepost.host.assembly import Host
from milepost.host.language.values import Value
from milepost.host.lifecycle.todays import Given, subject_of
from milepost.host.mask import Masker, secret_texts
from milepost.host.plugins.load import Plugins
from milepost.host.project.config import ConfigValue
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Problem
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
    subject = subject_of(host.project, app, workspace, 0, given)
    try:
        return subject.config().values
    except ProjectFileError as error:
        raise ProjectFileError(tuple(_masked(error.problems, subject.scope.variables.values()))) from error


def _masked(problems: Iterable[Problem], values: Iterable[Value]) -> Iterator[Problem]:
    """Yield problems without the secrets among values: a source may have been given one, and complain of it."""
    masker = Masker()
    for text in (text for value in values for text in secret_texts(value)):
        masker.add(text)
    for each in problems:
        yield each._replace(message=masker.text(each.message), hint=masker.text(each.hint))
