"""The apps of a host's project as today's file has them, for those who only look."""

from __future__ import annotations

from collections.abc import Callable

from milepost.host.assembly import Host
from milepost.host.gathering import gather
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.todays import Given, subject_of
from milepost.host.outside import User, world
from milepost.host.project.variable_sources import ByHand

Finder = Callable[[str], Subject]
"""Returns an app of the project by its name."""


def app_subject(host: Host, bench: Bench, app: str, workspace: str) -> Subject:
    """Return an app of the host's project."""
    return subjects(host, workspace, bench)(app)


def subjects(host: Host, workspace: str, bench: Bench) -> Finder:
    """Return what gives the apps of the host's project in one workspace, all in one world, by records."""
    plugins = bench.plugins
    values = gather(host, workspace, ByHand(), lenient=True).variables
    outside = world(host.project, plugins, User(host.environment, host.folder))
    given = Given(host.environment, host.folder, plugins, values, outside=outside)
    known = bench.reuse.subjects if bench.reuse is not None else {}

    def find(app: str) -> Subject:
        if (workspace, app) not in known:
            known[workspace, app] = subject_of(host.project, app, workspace, 0, given, by_records=True)
        found: Subject = known[workspace, app]
        return found

    return find
