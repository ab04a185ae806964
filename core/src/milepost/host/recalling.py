"""Apps as their records tell of them: today's project file is looked into where a record needs its values."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from milepost.host.assembly import Host
from milepost.host.lifecycle.about import About, Recalled
from milepost.host.lifecycle.bench import Bench
from milepost.sdk.errors import MilepostError

if TYPE_CHECKING:
    from milepost.host.lifecycle.subject import Subject
    from milepost.host.subjects import Finder

Recall = Callable[[str], About]
"""Returns an app by its name. Raises MilepostError where secrets that must not be shown cannot be told."""


def recaller(host: Host, workspace: str, bench: Bench) -> Recall:
    """Return what recalls the apps of a workspace; what is secret among the project's variables is hidden on the bench.

    Where there are no variables, the project file is not evaluated for any of this.
    """
    find = _Later(host, workspace, bench)

    def recall(app: str) -> About:
        about = Recalled(host.project, app, workspace, find)
        if host.project.variables:
            from milepost.host.lifecycle.hiding import hide_variables  # noqa: PLC0415 - many projects have none

            hide_variables(bench, find(app))
        return about

    return recall


class _Later:
    """Finds apps in today's file, which is evaluated when the first is asked for; where it is wrong, why for each."""

    def __init__(self, host: Host, workspace: str, bench: Bench) -> None:
        self._about = (host, workspace, bench)
        self._guard = threading.Lock()
        self._found: Finder | MilepostError | None = None

    def __call__(self, app: str) -> Subject:
        """Return the app. Raises MilepostError."""
        with self._guard:
            if self._found is None:
                self._found = self._first()
        if isinstance(self._found, MilepostError):
            raise self._found
        return self._found(app)

    def _first(self) -> Finder | MilepostError:
        """Return what finds apps, or why nothing does."""
        from milepost.host.subjects import subjects  # noqa: PLC0415 - records mostly suffice

        try:
            return subjects(*self._about)
        except MilepostError as error:
            return error
