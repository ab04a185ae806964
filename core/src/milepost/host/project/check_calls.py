"""Whether the functions that expressions call are there, in branches that are not taken, too."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.host.language.scope import Functions
from milepost.host.language.tree import Call
from milepost.host.language.walk import calls
from milepost.host.project.places import placed
from milepost.host.project.project import Project
from milepost.sdk.problem import Problem, nearest


def check_calls(project: Project, functions: Functions) -> list[Problem]:
    """Return what is wrong with the calls in a project file: no such function, or too few or too many values for it."""
    return [
        problem
        for each in placed(project.body)
        if each.place != "type"
        for call in calls(each.expression)
        for problem in _problems(call, functions)
    ]


def _problems(call: Call, functions: Functions) -> Iterator[Problem]:
    names = tuple(functions.names())
    if call.name not in names and functions.find(call.name) is None:
        close = nearest(call.name, names)
        hint = f"did you mean {close}?" if close else "milepost functions lists them"
        yield Problem(f'there is no function "{call.name}"', call.position, hint=hint)
