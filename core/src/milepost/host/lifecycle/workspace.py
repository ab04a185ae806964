"""A project as it is in the workspace and with the labels of a request, for all of its apps."""

from __future__ import annotations

from milepost.host.assembly import Host
from milepost.host.lifecycle.goal import BY_RECORDS
from milepost.host.outside import User, world
from milepost.host.plugins.load import Plugins
from milepost.host.project.chosen import chosen
from milepost.host.project.project import Project
from milepost.host.project.scope import app_scope
from milepost.host.project.scoping import is_scoped
from milepost.host.project.variables import variables
from milepost.sdk.request import Request


def project_here(host: Host, request: Request) -> Project:
    """Return the project whose apps are those of the request's workspace. Raises ProjectFileError.

    For what goes by records, labels that cannot be told today are left out.
    """
    project, lenient = host.project, request.verb in BY_RECORDS
    if not any(is_scoped(app.body, "app") for app in project.apps.values()):
        return project
    # Each app's own process asks the sources of config; for labels, what they give is not needed.
    outside = world(project, Plugins(host.catalog), User(host.environment, host.folder), asks=False)
    known = variables(project, request.variables, outside, workspace=request.workspace, lenient=lenient)
    apps = {}
    for name, app in project.apps.items():
        scope = app_scope(project, app, request.workspace, known, outside)
        apps[name] = chosen(project, app, scope, request.labels, lenient=lenient).app
    return project._replace(apps=apps)
