"""Whether the functions that are called are there, in their place, and take so many values, in all branches."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.host.language.calls import LAZY, miscounted
from milepost.host.language.functions.sources import NAMES, misplaced
from milepost.host.language.scope import Functions
from milepost.host.language.signature import Signature, signature_of
from milepost.host.language.tree import Call
from milepost.host.language.walk import calls
from milepost.host.project.places import Place, placed
from milepost.host.project.project import Project
from milepost.sdk.problem import Problem, nearest


def check_calls(project: Project, functions: Functions) -> list[Problem]:
    """Return what is wrong with the calls in a project file.

    There is no such function, it gets too few or too many values, or it asks a source where nobody is asked.
    """
    check = _Check(functions)
    return [
        problem
        for each in placed(project.body)
        if each.place != "type"
        for call in calls(each.expression)
        if call.name not in LAZY
        for problem in (*_misplaced(call, each.place), *check.problems(call))
    ]


def _misplaced(call: Call, place: Place) -> Iterator[Problem]:
    """Yield that a call asks a source where none is asked."""
    if call.name in NAMES and place not in ("config", "local", "default"):
        error = misplaced(call.name)
        yield Problem(str(error), call.position, hint=error.hint)


class _Check:
    """The check of calls of some functions; each is looked at once."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._known: dict[str, Signature | None] = {}

    def problems(self, call: Call) -> Iterator[Problem]:
        """Yield what is wrong with a call."""
        signature = self._signature(call.name)
        if signature is None:
            close = nearest(call.name, (*sorted(self._functions.names()), *LAZY))
            hint = f"did you mean {close}?" if close else "milepost functions lists all there are"
            yield Problem(f'there is no function "{call.name}"', call.position, hint=hint)
        elif not call.spreads and not signature.takes(len(call.arguments)):
            message = miscounted(signature, len(call.arguments))
            yield Problem(message, call.position, hint=f"write {signature}")

    def _signature(self, name: str) -> Signature | None:
        if name not in self._known:
            function = self._functions.find(name)
            self._known[name] = signature_of(function) if function else None
        return self._known[name]
