"""Whether a project can be carried out, said before anything is: names, variables, plugin configs, the chain."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec

from milepost.host.assembly import Host
from milepost.host.history.sharing import history_scope, wrong_history
from milepost.host.language.values import Unknown, Value
from milepost.host.outside import User, world
from milepost.host.plugins.chain import Link, Links, check_chain, no_files
from milepost.host.plugins.load import Plugins
from milepost.host.project.check import check_apps, check_names
from milepost.host.project.chosen import chosen
from milepost.host.project.config import app_config, first_file
from milepost.host.project.fields import check, decode
from milepost.host.project.foreseen import Foreseen
from milepost.host.project.hooks import hooks, tasks, verify
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope, app_scope
from milepost.host.project.settings import labelled, settings, stage_scope
from milepost.host.project.stages import PINS, App, Build, Deploy, PluginBlock, ReleaseBlock, Stage
from milepost.host.project.variables import resolved
from milepost.sdk.errors import MilepostError, PluginError, ProjectFileError
from milepost.sdk.offer import PlatformOffer
from milepost.sdk.problem import Position, Problem
from milepost.sdk.request import Variable


def validate(
    host: Host, workspace: str, given: tuple[Variable, ...] = (), labels: Mapping[str, str] = MappingProxyType({})
) -> tuple[Problem, ...]:
    """Return all that is wrong with the project, as far as it can be known before it is carried out.

    `given` and `labels` are the values and labels of the command line.
    """
    project = host.project
    plugins = Plugins(host.catalog)
    outside = world(project, plugins, User(host.environment, host.folder), asks=False)
    told = check_names(project, outside.functions)
    resolution = resolved(project, given, outside, workspace=workspace)
    problems = list(project.body.source.error(resolution.problems).problems)
    known = _foreseen({name: each.value for name, each in resolution.found.items()})
    observers = host.catalog.words("observer")
    for observer in (each for each in project.observers if each.observes(observers)):
        problems += _arguments_of(observer)
        problems += _caught(partial(plugins.observer, observer.word))
    problems += wrong_history(project, plugins, history_scope(project, known, outside))
    apps = dict(project.apps)
    for app in project.apps.values():
        scope = app_scope(project, app, workspace, known, outside)
        try:
            here, block, _ = chosen(project, app, scope, labels)
            scope = labelled(here, block, app_scope(here, block, workspace, known, outside), labels)
        except ProjectFileError as error:
            # Labels may be made of a variable whose value is wrong.
            problems += () if resolution.problems else error.problems
            continue
        apps[app.name] = block
        problems += _AppCheck(
            project=here, app=block, scope=scope, plugins=plugins, environment=host.environment
        ).problems()
    # Bodies that do no harm each alone may make a circle together.
    problems += project.body.source.error(check_apps(project._replace(apps=apps))).problems
    return tuple(sorted((*told, *_apart(told, problems)), key=partial(_order, project.file.name)))


def _order(file: str, problem: Problem) -> tuple[bool, bool, int, int]:
    """Return what problems are sorted by: those of the project file in its order, of other files, of no place."""
    at = problem.position
    return (True, True, 0, 0) if at is None else (False, at.file != file, at.line, at.column)


def _foreseen(known: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return variables of which those that are wrong, or from a config source, are unknown without a complaint."""
    return {name: Unknown() if isinstance(value, Unknown) else value for name, value in known.items()}


def _apart(told: tuple[Problem, ...], found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return what was found while evaluating, each once, without what lies where something was told already."""
    places = [each.position for each in told if each.position]
    return tuple(
        each
        for each in dict.fromkeys(found)
        if each not in told and not (each.position and any(_lies_in(each.position, place) for place in places))
    )


def _lies_in(inner: Position, outer: Position) -> bool:
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return inner.file == outer.file and starts and inner[3:] <= outer[3:]


def _arguments_of(observer: PluginBlock) -> list[Problem]:
    """Return what an observer's block says that nobody would read."""
    body = observer.body
    said = [(name, each.position) for name, each in body.attributes.items()]
    said += [(each.type, each.position) for each in body.blocks]
    places = [at for name, at in said if name not in PINS]
    message = f"the observer {observer.word} takes no arguments yet"
    return [Problem(message, at, body.source.line(at.line), "take it out") for at in places[:1]]


def _caught(read: Callable[[], object]) -> list[Problem]:
    """Return the problems that reading something raises."""
    try:
        read()
    except ProjectFileError as error:
        return list(error.problems)
    except MilepostError as error:
        return [Problem(str(error), hint=error.hint)]
    return []


@dataclass(frozen=True, kw_only=True)
class _AppCheck:
    """The check of one app."""

    project: Project
    app: App
    scope: Scope
    plugins: Plugins
    environment: Mapping[str, str]
    _found: list[Problem] = field(default_factory=list)

    def problems(self) -> list[Problem]:
        """Return what is wrong with the app."""
        # Their time is after the build and the deploy: what those give is taken to be some text here.
        app, scope, found = self.app, self.scope.with_(artifact=Foreseen(), deploy=Foreseen()), self._found
        found += _caught(lambda: settings(self.project, app, scope))
        found += _caught(lambda: app_config(self.project, app, scope))
        found += _caught(lambda: tasks(app, self._within(scope, app.deploy)))
        found += _caught(lambda: verify(app, self._within(scope, app.release)))
        registry = app.build.registry if app.build else None
        for stages in ((app.build,), (app.build, registry), (app.deploy,), (app.release,)):
            if stages[-1] is not None:
                found += _caught(partial(self._check_hooks, stages, scope))
        found += _caught(self._check_chain)
        if not os.path.isdir(app.path):
            found.append(Problem(f"app {app.name}: its folder {app.path} does not exist"))
        return found

    def _within(self, scope: Scope, *stages: Build | Stage | Deploy | ReleaseBlock | None) -> Scope:
        """Return the scope in the body of a stage. Raises ProjectFileError for labels that cannot be told."""
        foreseen = scope.with_(artifact=Foreseen(), deploy=Foreseen())
        bodies = [each and each.body for each in stages]
        return scope.with_(labels=stage_scope(foreseen, *bodies).labels)

    def _check_hooks(self, stages: tuple[Build | Stage | Deploy | ReleaseBlock | None, ...], scope: Scope) -> None:
        if stages[-1] is not None:
            hooks(stages[-1].hooks, self._within(scope, *stages))

    def _check_chain(self) -> None:
        """Note what in the chain does not fit."""
        self._found.extend(check_chain(self._links()))

    def _links(self) -> Links:
        """Return the plugins of the app; what is wrong with one is noted on the way."""
        app = self.app
        builder = self._link("builder", app.build)
        registry = self._link("registry", app.build, app.build.registry if app.build else None)
        platform = self._link("platform", app.deploy)
        releaser = self._link("releaser", app.release)
        offer = platform.offer if platform else None
        assert offer is None or isinstance(offer, PlatformOffer)
        self._check_files(offer)
        exposes = tuple(offer.exposes(platform.config)) if platform and offer and platform.config is not None else ()
        if releaser is None and offer is not None and platform is not None and exposes:
            releaser = self._default_releaser(offer, platform)
        return Links(
            app=app.name,
            builder=builder.link if builder else None,
            registry=registry.link if registry else None,
            platform=platform.link if platform else None,
            exposes=exposes,
            parks=bool(offer and offer.parks),
            releaser=releaser.link if releaser else None,
            strategy=settings(self.project, app, self.scope.with_(artifact=Foreseen())).strategy,
        )

    def _default_releaser(self, offer: PlatformOffer, platform: _Found) -> _Found | None:
        """Return the releaser that the platform brings along; None if it brings none."""
        default = offer.releaser_for(platform.config, self.environment)
        if default is None:
            return None
        found = self.plugins.offer("releaser", default.word).offer
        return _Found(Link(word=default.word, kinds=found.accepts), found, None)

    def _check_files(self, offer: PlatformOffer | None) -> None:
        """Note files of the app's config that the platform would not write."""
        at = first_file(self.project, self.app)
        if at is not None and offer is not None and not offer.files and self.app.deploy is not None:
            line = self.project.body.source.line(at.line)
            self._found.append(Problem(no_files(self.app.name, self.app.deploy.use.word), at, line))

    def _link(self, role: Any, *stages: Build | Stage | Deploy | ReleaseBlock | None) -> _Found | None:
        """Return a plugin's place in the chain; None if there is no such block or it cannot be known."""
        use = stages[-1].use if stages[-1] else None
        if use is None:
            return None
        scope = self._within(self.scope, *stages)
        line = use.body.source.line(use.position.line)
        try:
            offer = self.plugins.offer(role, use.word).offer
        except PluginError as error:
            self._found.append(Problem(str(error), use.position, line, error.hint))
            return None
        wrong = check(use, offer.config, scope)
        self._found.extend(wrong)
        config = None
        if not wrong:
            try:
                config = decode(use, offer.config, scope)
            except ProjectFileError:
                # It uses what is known after the build only; what could be checked has been.
                config = None
        kinds = getattr(offer, "accepts", ())
        if role == "builder":
            kinds = (offer.produces(config),) if config is not None else ()
        return _Found(Link(word=use.word, kinds=tuple(kinds), position=use.position, source=line), offer, config)


@dataclass(frozen=True)
class _Found:
    """A plugin that the app uses."""

    link: Link
    offer: Any
    config: msgspec.Struct | None
