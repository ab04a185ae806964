"""Whether the secrets of a project can be read: its variables, and the config of its apps. None is ever shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from milepost.host.language.values import Unknown
from milepost.host.lifecycle.subject import Subject
from milepost.host.mask import secret_texts
from milepost.host.project.asking import Silent
from milepost.host.project.config import read_config
from milepost.host.project.validations import Resolved
from milepost.host.project.variables import resolved
from milepost.sdk.problem import Problem
from milepost.sdk.request import Variable


class Read(NamedTuple):
    """What came of reading a secret."""

    app: str
    """Whose it is; empty for a variable, which is the project's."""
    is_readable: bool
    what: str
    hint: str = ""


def secrets_of(subjects: list[Subject], variables: tuple[Variable, ...]) -> Iterator[Read]:
    """Yield what came of reading each secret once; what is wrong without anybody being asked, `validate` says."""
    if not subjects:
        return
    first = subjects[0]
    known = (first.project, variables, first.scope.outside)
    before = resolved(*known, workspace=first.workspace, lenient=True).found
    after = resolved(*known, workspace=first.workspace, lenient=True, asks=True).found
    yield from _variables(before, after)
    for subject in subjects:
        yield from _config(subject)


def _variables(before: Mapping[str, Resolved], after: Mapping[str, Resolved]) -> Iterator[Read]:
    """Yield what came of the variables that are secret, or come from a source."""
    for name, each in after.items():
        if each.problems and not before[name].problems:
            yield from _wrong("", each.problems)
        elif next(iter(secret_texts(each.value)), None) is not None:
            yield Read("", True, f"var.{name} can be read")


def _config(subject: Subject) -> Iterator[Read]:
    """Yield what came of an app's config."""
    scope, outside = subject.scope, subject.scope.outside
    unasked = replace(scope, outside=replace(outside, sources=Silent(outside.sources)))
    _, told = read_config(subject.project, subject.app, unasked)
    config, problems = read_config(subject.project, subject.app, scope)
    for each in config.values:
        if not isinstance(each.value, (str, Unknown)):
            yield Read(subject.app.name, True, f"config.{each.kind}.{each.name} can be read")
    yield from _wrong(subject.app.name, (each for each in problems if each not in told))


def _wrong(app: str, problems: Iterable[Problem]) -> Iterator[Read]:
    """Yield what could not be read, with its place."""
    for each in problems:
        where = f"{each.position}: " if each.position else ""
        yield Read(app, False, f"{where}{each.message}", each.hint)
