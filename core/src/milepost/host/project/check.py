"""What can be said of a project's names before anything runs: what they refer to must be there, and known in time."""

from __future__ import annotations

from milepost.host.language.functions import BuiltinFunctions
from milepost.host.language.scope import Functions
from milepost.host.language.tree import Body
from milepost.host.project.check_calls import check_calls
from milepost.host.project.check_references import check_references, missing
from milepost.host.project.circles import circles
from milepost.host.project.forms import forms
from milepost.host.project.project import Project
from milepost.host.project.stages import App
from milepost.sdk.problem import Position, Problem


def check_names(project: Project, functions: Functions | None = None) -> tuple[Problem, ...]:
    """Return all names that refer to nothing, or to something that is not known where they stand.

    `functions` are those that can be called; None: those that milepost has itself.
    """
    problems = [
        *check_apps(project),
        *check_references(project),
        *check_calls(project, functions or BuiltinFunctions()),
    ]
    return project.body.source.error(problems).problems


def check_apps(project: Project) -> list[Problem]:
    """Return what is wrong with how apps name each other, in bodies for other workspaces and labels too."""
    problems: list[Problem] = []
    names = tuple(project.apps)
    for app in (form for each in project.apps.values() for form in forms(project, each)):
        at = _at(app.body, "depends_on", app.position)
        problems += [missing("app", each, names, at) for each in app.depends_on if each not in names]
        if app.build and app.build.from_app is not None:
            problems += _from(project, app, app.build.from_app, _at(app.build.body, "from", app.position))
    for circle in circles({app.name: needs(app) for app in project.apps.values()}):
        app = project.apps[circle[0]]
        message = f"these apps wait for each other: {' → '.join((*circle, circle[0]))}"
        at = _at(app.build.body, "from", app.position) if app.build else app.position
        problems.append(Problem(message, _at(app.body, "depends_on", at), hint="take one of them out"))
    return problems


def _from(project: Project, app: App, name: str, at: Position) -> list[Problem]:
    """Return what is wrong with taking another app's artifact."""
    if name not in project.apps:
        return [missing("app", name, tuple(each for each in project.apps if each != app.name), at)]
    if name != app.name and not any(each.build for each in forms(project, project.apps[name])):
        return [Problem(f'the app "{name}" builds nothing that could be taken', at)]
    return []


def needs(app: App) -> tuple[str, ...]:
    """Return the apps that must come before an app: those it depends on, and the one whose artifact it takes."""
    taken = (app.build.from_app,) if app.build and app.build.from_app else ()
    return tuple(dict.fromkeys((*app.depends_on, *taken)))


def _at(body: Body, name: str, otherwise: Position) -> Position:
    value = body.value(name)
    return value.position if value else otherwise
