"""What a project file says, as frozen values: apps, their stages, hooks, variables. Their bodies stay unevaluated."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from milepost.host.language.tree import Body, Expression
from milepost.sdk.problem import Position


class Use(NamedTuple):
    """A `use` block: the plugin's word and its arguments."""

    word: str
    body: Body
    position: Position
    path: str
    """Where it stands, for messages: `build > use "files"`."""


class HookBlock(NamedTuple):
    """A `hook` block."""

    body: Body
    position: Position


class TaskBlock(NamedTuple):
    """A `task` block."""

    name: str
    body: Body
    position: Position


class Stage(NamedTuple):
    """A stage that has a plugin: the `registry` block."""

    use: Use
    hooks: tuple[HookBlock, ...]
    labels: Expression | None
    body: Body
    position: Position


class Build(NamedTuple):
    """A `build` block: a builder, or another app's artifact (`from`); never both."""

    use: Use | None
    from_app: str | None
    registry: Stage | None
    hooks: tuple[HookBlock, ...]
    labels: Expression | None
    body: Body
    position: Position


class Deploy(NamedTuple):
    """A `deploy` block."""

    use: Use
    tasks: tuple[TaskBlock, ...]
    hooks: tuple[HookBlock, ...]
    labels: Expression | None
    body: Body
    position: Position


class ReleaseBlock(NamedTuple):
    """A `release` block; without `use`, the platform's default releaser."""

    use: Use | None
    verify: Body | None
    hooks: tuple[HookBlock, ...]
    labels: Expression | None
    body: Body
    position: Position


class App(NamedTuple):
    """An `app` block; it has a build, a deploy or both."""

    name: str
    path: Path
    """Its folder, absolute, in the project's folder; it need not exist."""
    depends_on: tuple[str, ...]
    build: Build | None
    deploy: Deploy | None
    release: ReleaseBlock | None
    labels: Expression | None
    env: Expression | None
    """The `env` of its `config` block."""
    body: Body
    position: Position


class Validation(NamedTuple):
    """A `validation` block of a variable: what must hold of the value, and what is said where it does not."""

    condition: Expression
    message: Expression
    position: Position


class VariableBlock(NamedTuple):
    """A `variable` block."""

    name: str
    type: Expression | None
    """As written; None: none is, so the value is as it is given."""
    default: Expression | None
    description: str
    env: tuple[str, ...]
    """Environment variables that may hold the value, the first one set wins."""
    sensitive: bool
    nullable: bool
    """Whether the value may be null; where it may not, a null gives way to the default."""
    validations: tuple[Validation, ...]
    body: Body
    position: Position


class PluginBlock(NamedTuple):
    """A `plugin` block: an observer, or a plugin whose version matters."""

    word: str
    body: Body
    position: Position

    def observes(self, known: tuple[str, ...]) -> bool:
        """Return whether it names an observer; one that only says which version is wanted does where one is `known`."""
        said = [*self.body.attributes, *(each.type for each in self.body.blocks)]
        return not said or self.word in known or any(each not in PINS for each in said)


PINS = ("version", "checksum", "type")
"""What a `plugin` block may say that no observer reads."""
