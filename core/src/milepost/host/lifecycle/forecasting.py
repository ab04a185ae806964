"""Forecasting: what an `up` would do for one app, as far as that can be told without doing any of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from milepost.host.language.values import Unknown
from milepost.host.lifecycle.ahead import AppAhead, HookAhead, StageAhead
from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.choosing import choose_releaser, strategy_of
from milepost.host.lifecycle.elsewhere import refuse_asking
from milepost.host.lifecycle.hiding import errors_hidden, hide_variables
from milepost.host.lifecycle.in_place import generation_of
from milepost.host.lifecycle.live import Live, find_live, inquiry, recorded_live
from milepost.host.lifecycle.making import PLAIN
from milepost.host.lifecycle.prune import superfluous
from milepost.host.lifecycle.sighting import question
from milepost.host.lifecycle.staffing import foreseeing, worker_for
from milepost.host.lifecycle.stepping import Terms
from milepost.host.lifecycle.subject import Subject, terms_document, terms_today
from milepost.host.lifecycle.workers import RoleName, Worker, config_document
from milepost.host.plugins.faults import blame, demand
from milepost.host.project.hooks import Hook, hooks, tasks
from milepost.sdk.capabilities import Planned, Plans
from milepost.sdk.errors import MilepostError
from milepost.sdk.record import Stage

HOW = {
    "blue-green": "beside what is live, until the traffic moves",
    "start-first": "prepared; at release it starts before the old one stops",
    "stop-first": "prepared; at release it starts after the old one has stopped",
}
"""What is done with the strategies, in words."""

Steps = tuple[str, tuple[Planned, ...]]
"""What is to be said of a stage, and what its plugin would do."""


class Forecaster:
    """Looks ahead for one app; what is wrong with one stage keeps no other from being told."""

    def __init__(self, bench: Bench, subject: Subject) -> None:
        """Look from a bench on which nothing is written."""
        hide_variables(bench, subject)
        self._bench, self._subject = bench, foreseeing(subject)
        self._ahead = AppAhead(app=subject.app.name)

    def ahead(self, *, only_build: bool = False) -> AppAhead:
        """Return what would be done; with `only_build`, for an app whose artifact another one uses."""
        parts: list[Callable[[], None]] = [self._make, self._hook]
        if not only_build and self._subject.app.deploy is not None:
            parts = [self._make, self._look, self._run_tasks, self._deploy, self._prune, self._hook]
        for part in parts:
            try:
                with errors_hidden(self._bench.masker):
                    part()
            except MilepostError as error:
                self._ahead.troubles.append(error)
        return self._ahead

    def _make(self) -> None:
        """Foresee build and push."""
        build = self._subject.app.build
        if build is None:
            return
        if build.from_app is not None:
            self._ahead.stages.append(StageAhead(stage="build", detail=f"from {build.from_app}"))
        elif build.use is not None:
            self._stage("build", build.use.word, lambda: self._made("builder"))
        if build.registry is not None and build.from_app is None:
            self._stage("push", build.registry.use.word, lambda: self._made("registry"))

    def _made(self, role: RoleName) -> Steps:
        """Return what a builder or a registry would do."""
        worker = worker_for(self._bench, self._subject, role)
        assert worker is not None
        return "", self._asked(worker, PLAIN)

    def _look(self) -> None:
        """See what would be replaced, as the releaser says, or else the history."""
        ahead, subject = self._ahead, self._subject
        live = recorded_live(self._bench, subject.app.name, subject.workspace)
        ahead.live, ahead.release = live.deployment, live.release
        refuse_asking(self._bench, subject)
        found: Live = find_live(self._bench, subject)
        ahead.live, ahead.release = found.deployment, found.release

    def _run_tasks(self) -> None:
        """Foresee the tasks."""
        app, mask = self._subject.app, self._bench.masker.text
        for each in tasks(app, self._subject.within(app.deploy)):
            self._ahead.stages.append(StageAhead(stage="task", name=each.name, detail=mask(" ".join(each.command))))

    def _deploy(self) -> None:
        """Foresee deploy and release, and what the record of the deploy would have."""
        bench, subject, ahead, block = self._bench, self._subject, self._ahead, self._subject.app.deploy
        assert block is not None
        try:
            platform = worker_for(bench, subject, "platform")
            assert platform is not None
            terms = self._terms(platform)
        except MilepostError as error:
            ahead.stages.append(self._failed("deploy", block.use.word, error))
            return
        ahead.today = {
            "plugin": msgspec.to_builtins(platform.stamp),
            "config": config_document(bench, platform),
            "facts": terms_document(terms, bench.key),
        }
        self._stage("deploy", platform.entry.word, lambda: self._deployed(platform, terms))
        self._stage("release", *self._released(platform, terms))

    def _terms(self, platform: Worker[Any]) -> Terms:
        """Return what the deployment would be asked to be."""
        offer, subject, ahead = platform.platform_offer, self._subject, self._ahead
        exposes = tuple(offer.exposes(platform.config))
        strategy = strategy_of(subject, offer, exposes)
        ahead.strategy, ahead.public_at_once = strategy, not offer.stages
        values = subject.config().values
        ahead.unasked = frozenset(each.name for each in values if isinstance(each.value, Unknown))
        return terms_today(subject, strategy, exposes)

    def _deployed(self, platform: Worker[Any], terms: Terms) -> Steps:
        """Return how it would be deployed."""
        asked = question(self._bench, self._subject, platform)
        with inquiry(self._bench, self._subject, platform, asked, terms) as step, blame(platform.entry, "planning"):
            generation = generation_of(platform, step)
        how = "public at once" if self._ahead.public_at_once else HOW[terms.strategy]
        return f"changes {generation} in place" if generation else how, self._asked(platform, terms)

    def _released(self, platform: Worker[Any], terms: Terms) -> tuple[str, Callable[[], Steps]]:
        """Return the word of the releaser, and what gives what it would do."""
        block = self._subject.app.release
        worker = choose_releaser(self._bench, self._subject, platform, terms)
        if worker is None:
            why = "there is no releaser: it is public already" if terms.exposes else "nothing is exposed"
            return "", lambda: (why, ())
        default = "" if block is not None and block.use is not None else f"the default of {platform.entry.word}"
        return worker.entry.word, lambda: (default, self._asked(worker, terms))

    def _prune(self) -> None:
        """Foresee which deployments would be destroyed, since the new one is live."""
        bench, subject = self._bench, self._subject
        where = {"app": subject.app.name, "workspace": subject.workspace}
        releases = bench.history.operations({**where, "stage": "release", "status": ("success", "error")})
        standing = bench.history.deployments(subject.app.name, subject.workspace)
        newest = max((each.id for each in standing), default="")
        if standing:
            new = msgspec.structs.replace(standing[0], id=f"{newest}+")
            keep = subject.settings().keep_releases
            self._ahead.prunes = tuple(superfluous(standing, releases, new, keep, bench.clock()))

    def _hook(self) -> None:
        """Foresee the hooks."""
        for stage, each in self._hooks():
            for secret in each.secrets:
                self._bench.masker.add(secret.reveal())
            command = self._bench.masker.text(" ".join(each.command))
            self._ahead.hooks.append(HookAhead(stage=stage, when=each.when, command=command))

    def _hooks(self) -> Iterator[tuple[Stage, Hook]]:
        """Yield the hooks of the stages ahead."""
        app, within, coming = self._subject.app, self._subject.within, {each.stage for each in self._ahead.stages}
        registry = app.build.registry if app.build else None
        if app.build is not None and "build" in coming:
            yield from (("build", each) for each in hooks(app.build.hooks, within(app.build)))
        if registry is not None and "push" in coming:
            yield from (("push", each) for each in hooks(registry.hooks, within(app.build, registry)))
        if app.deploy is not None and "deploy" in coming:
            yield from (("deploy", each) for each in hooks(app.deploy.hooks, within(app.deploy)))
        if app.release is not None and "release" in coming:
            yield from (("release", each) for each in hooks(app.release.hooks, within(app.release)))

    def _asked(self, worker: Worker[Any], terms: Terms) -> tuple[Planned, ...]:
        """Return what a plugin says that it would do; nothing, where it cannot say."""
        if not isinstance(worker.role, Plans):
            return ()
        bench, subject, live, doing = self._bench, self._subject, self._ahead.live, "planning"
        asked = question(bench, subject, worker)
        asked = msgspec.structs.replace(asked, previous=live.id if live else None)
        with inquiry(bench, subject, worker, asked, terms) as step, blame(worker.entry, doing):
            told = demand(worker.entry, worker.role.plan(None, step), tuple, doing)
        return tuple(self._masked(demand(worker.entry, each, Planned, doing)) for each in told)

    def _masked(self, step: Planned) -> Planned:
        """Return a step without secrets."""
        mask = self._bench.masker.text
        return Planned(action=step.action, kind=step.kind, name=mask(step.name), detail=mask(step.detail))

    def _stage(self, stage: Stage, name: str, make: Callable[[], Steps]) -> None:
        """Add a stage; what goes wrong in telling it would go wrong in doing it."""
        try:
            detail, steps = make()
        except MilepostError as error:
            self._ahead.stages.append(self._failed(stage, name, error))
        else:
            self._ahead.stages.append(StageAhead(stage=stage, name=name, detail=detail, steps=steps))

    def _failed(self, stage: Stage, name: str, error: MilepostError) -> StageAhead:
        """Return a stage of which only can be told why it would fail."""
        mask = self._bench.masker.text
        return StageAhead(stage=stage, name=name, error=mask(str(error)), hint=mask(error.hint))
