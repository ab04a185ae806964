"""Blocks that Waypoint carried out and milepost does not (yet): checked, and said so, never passed over silently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from milepost.host.language.tree import Block, Body, Items, Literal
from milepost.host.project import plain
from milepost.sdk.problem import Position, Problem, nearest

STEPS = {
    "build": ("disable_push",),
    "deploy": ("release",),
    "release": ("deployment_ref", "prune", "prune_retain", "prune_retain_override"),
    "up": ("prune", "prune_retain", "prune_retain_override"),
    "exec": ("command", "args"),
    "pipeline": ("project", "name"),
}
"""What a pipeline's step may do, each with its arguments."""

SOURCES = ("git",)
"""The kinds of `data_source`."""


class Note(NamedTuple):
    """Something in the file that is read and not carried out, and what to do instead."""

    what: str
    position: Position
    advice: str = ""

    @property
    def problem(self) -> Problem:
        """The note as it is shown."""
        return Problem(f"{self.what} is read and not carried out", self.position, hint=self.advice)


def foreign_problems(body: Body) -> list[Problem]:
    """Return what is wrong in blocks that nobody else looks at: pipelines and runners."""
    problems: list[Problem] = []
    for pipeline in body.of_type("pipeline"):
        problems += _pipeline(pipeline)
    for block in (body, *(app.body for app in body.of_type("app"))):
        for runner in block.of_type("runner"):
            problems += _runner(runner)
    return problems


def foreign_notes(body: Body) -> tuple[Problem, ...]:
    """Return a note for each block and argument of a project file that is not carried out."""
    return body.source.error(each.problem for each in _notes(body)).problems


def _notes(body: Body) -> Iterator[Note]:
    for pipeline in body.of_type("pipeline"):
        advice = "milepost up carries out build, deploy and release; put other steps into hooks or tasks"
        yield Note(f"pipeline{_label(pipeline)}", pipeline.position, advice)
    for plugin in body.of_type("plugin"):
        for name in ("checksum", "type"):
            at = _place(plugin.body, name)
            if at:
                yield Note(f"{name} of plugin{_label(plugin)}", at, "plugins are pip packages: pip checks them by hash")
    for runner in body.of_type("runner"):
        yield Note("runner", runner.position, "runs are carried out where they are asked for")
    yield from _of_config(body)
    for app in body.of_type("app"):
        yield from _of_app(app)


def _of_app(app: Block) -> Iterator[Note]:
    for url in app.body.of_type("url"):
        yield Note(f"url of app{_label(app)}", url.position, 'name the app\'s hosts: hosts = ["shop.example.org"]')
    for runner in app.body.of_type("runner"):
        yield Note(f"runner of app{_label(app)}", runner.position, "runs are carried out where they are asked for")
    yield from _of_config(app.body)
    for kind in ("workspace", "label"):
        for scoped in app.body.of_type(kind):
            yield from _of_app(scoped._replace(labels=app.labels))


def _of_config(body: Body) -> Iterator[Note]:
    """Yield what a `config` block says in vain; the bodies for workspaces and labels in it, too."""
    for config in body.of_type("config"):
        for inner in (config, *config.body.of_type("workspace"), *config.body.of_type("label")):
            at = _place(inner.body, "file_change_signal")
            if at:
                yield Note("file_change_signal of config", at, "a changed config is deployed: milepost redeploy")
            for runner in inner.body.of_type("runner"):
                yield Note("runner of config", runner.position, "hooks and plugins get the environment of the user")


def _place(body: Body, name: str) -> Position | None:
    """Return where an argument or a block of that name stands; None if it does not."""
    if name in body.attributes:
        return body.attributes[name].position
    block = body.one(name)
    return block.position if block else None


def _label(block: Block) -> str:
    return f' "{block.labels[0].text}"' if block.labels else ""


def _runner(runner: Block) -> list[Problem]:
    return [
        _unknown("kind of data source", source.labels[0].text, SOURCES, source.labels[0].position)
        for source in runner.body.of_type("data_source")
        if source.labels and source.labels[0].text not in SOURCES
    ]


def _pipeline(pipeline: Block) -> list[Problem]:
    """Return what is wrong with the steps of a pipeline, and with those of pipelines in it."""
    problems: list[Problem] = []
    steps = pipeline.body.of_type("step")
    names = tuple(each.labels[0].text for each in steps if each.labels)
    for step in steps:
        inner, uses = step.body.of_type("pipeline"), step.body.of_type("use")
        if bool(inner) == bool(uses):
            found = "both" if inner else "neither"
            message = f'a step has a "use" or a "pipeline"; found {found}'
            problems.append(Problem(message, step.position, hint='write use "build" {}'))
        for use in uses:
            problems += _use(use)
        plain.texts(step.body, "depends_on", problems)
        problems += [
            _unknown("step", each.value, names, each.position)
            for each in _plain_items(step.body, "depends_on")
            if each.value not in names
        ]
        for each in inner:
            problems += _pipeline(each)
    return problems


def _plain_items(body: Body, name: str) -> Iterator[Literal]:
    """Yield the plain texts in a list argument."""
    value = body.value(name)
    for each in value.items if isinstance(value, Items) else ():
        if isinstance(each, Literal) and isinstance(each.value, str):
            yield each


def _use(use: Block) -> list[Problem]:
    """Return what is wrong with what a step does."""
    if not use.labels:
        return []
    word = use.labels[0].text
    if word not in STEPS:
        return [_unknown("kind of step", word, tuple(STEPS), use.labels[0].position)]
    problems = []
    for name, attribute in use.body.attributes.items():
        if name not in STEPS[word]:
            hint = f"there is {', '.join(STEPS[word])}"
            close = nearest(name, STEPS[word])
            message = f'the step "{word}" has no argument "{name}"'
            problems.append(Problem(message, attribute.position, hint=f"did you mean {close}?" if close else hint))
    return problems


def _unknown(kind: str, name: object, known: tuple[str, ...], position: Position) -> Problem:
    close = nearest(str(name), known)
    hint = f'did you mean "{close}"?' if close else f"there is {', '.join(known)}"
    return Problem(f'there is no {kind} "{name}"', position, hint=hint)
