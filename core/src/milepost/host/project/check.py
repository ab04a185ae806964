"""What can be said of a project's names before anything runs: what they refer to must be there, and known in time."""

from __future__ import annotations

from collections.abc import Iterable

from milepost.host.language.evaluate import unknown_root
from milepost.host.language.tree import Body, Expression, Literal, Reference
from milepost.host.language.walk import expressions, references
from milepost.host.project.project import App, Project
from milepost.host.project.scope import ROOTS
from milepost.sdk.problem import Position, Problem, nearest

_LATER = {"artifact": "build", "deploy": "deploy"}


def check_names(project: Project) -> tuple[Problem, ...]:
    """Return all names that refer to nothing, or to something that is not known where they stand."""
    problems = [*_apps(project), *_references(project)]
    for app in project.apps.values():
        problems += _stages(app)
    # Everything outside of an app's stages is evaluated before the first of them.
    outside = [*_outside(project.body, "app"), *_app_level(project)]
    problems += _too_early(outside, ("artifact", "deploy"), "outside of the stages")
    return project.body.source.error(problems).problems


def _outside(body: Body, *without: str) -> list[Expression]:
    """Return the expressions of a body, some of its blocks left out."""
    return list(expressions(body.part(lambda name: name not in without)))


def _app_level(project: Project) -> list[Expression]:
    return [found for app in project.apps.values() for found in _outside(app.body, "build", "deploy", "release", "url")]


def _stages(app: App) -> list[Problem]:
    """Return the references to what a later stage makes."""
    problems: list[Problem] = []
    if app.build:
        problems += _too_early(_outside(app.build.body, "registry"), ("artifact", "deploy"), "in build")
        if app.build.registry:
            problems += _too_early(expressions(app.build.registry.body), ("deploy",), "in registry")
    if app.deploy:
        problems += _too_early(expressions(app.deploy.body), ("deploy",), "in deploy")
    return problems


def _too_early(found: Iterable[Expression], roots: tuple[str, ...], where: str) -> list[Problem]:
    return [
        Problem(
            f"{reference} is not available {where}; it is known after {_LATER[reference.root]}",
            reference.position,
        )
        for each in found
        for reference in references(each)
        if reference.root in roots
    ]


def _references(project: Project) -> list[Problem]:
    """Return the references whose root or variable is not there."""
    types = [each.body.value("type") for each in project.variables.values()]
    return [
        problem
        for each in expressions(project.body)
        if not any(each is kind for kind in types)
        for found in references(each)
        for problem in _reference(found, tuple(project.variables))
    ]


def _reference(reference: Reference, variables: tuple[str, ...]) -> list[Problem]:
    if reference.root not in ROOTS:
        message, position, hint = unknown_root(reference, ROOTS)
        return [Problem(message, position, hint=hint)]
    step = reference.steps[0] if reference.steps else None
    if reference.root != "var" or not isinstance(step, Literal) or step.value in variables:
        return []
    return [_missing("variable", str(step.value), variables, reference.position)]


def _missing(kind: str, name: str, known: tuple[str, ...], position: Position) -> Problem:
    close = nearest(name, known)
    there = f"there is {', '.join(known)}" if known else f'add {kind} "{name}" {{ … }}'
    return Problem(f'there is no {kind} "{name}"', position, hint=f'did you mean "{close}"?' if close else there)


def _apps(project: Project) -> list[Problem]:
    """Return what is wrong with how apps name each other."""
    problems: list[Problem] = []
    names = tuple(project.apps)
    for app in project.apps.values():
        at = _at(app.body, "depends_on", app.position)
        problems += [_missing("app", each, names, at) for each in app.depends_on if each not in names]
        if app.build and app.build.from_app is not None:
            problems += _from(project, app, app.build.from_app, _at(app.build.body, "from", app.position))
    for circle in _circles({app.name: needs(app) for app in project.apps.values()}):
        app = project.apps[circle[0]]
        message = f"these apps wait for each other: {' → '.join((*circle, circle[0]))}"
        at = _at(app.build.body, "from", app.position) if app.build else app.position
        problems.append(Problem(message, _at(app.body, "depends_on", at), hint="take one of them out"))
    return problems


def _from(project: Project, app: App, name: str, at: Position) -> list[Problem]:
    """Return what is wrong with taking another app's artifact."""
    if name not in project.apps:
        return [_missing("app", name, tuple(each for each in project.apps if each != app.name), at)]
    if project.apps[name].build is None and name != app.name:
        return [Problem(f'the app "{name}" builds nothing that could be taken', at)]
    return []


def needs(app: App) -> tuple[str, ...]:
    """Return the apps that must come before an app: those it depends on, and the one whose artifact it takes."""
    taken = (app.build.from_app,) if app.build and app.build.from_app else ()
    return tuple(dict.fromkeys((*app.depends_on, *taken)))


def _circles(graph: dict[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return one circle for each group of apps that wait for each other, from its first app in the file."""
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for start in graph:
        if start not in seen and (circle := _way_back(graph, start)):
            found.append(circle)
            seen.update(circle)
    return found


def _way_back(graph: dict[str, tuple[str, ...]], start: str) -> tuple[str, ...]:
    """Return the shortest way from an app back to itself; empty if there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    visited: set[str] = set()
    for way in ways:
        for name in graph.get(way[-1], ()):
            if name == start:
                return way
            if name not in visited:
                visited.add(name)
                ways.append((*way, name))
    return ()


def _at(body: Body, name: str, otherwise: Position) -> Position:
    value = body.value(name)
    return value.position if value else otherwise
