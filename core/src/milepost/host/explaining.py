"""What of a project file applies in a workspace, why, and what comes of it: nothing is carried out, nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from milepost.host.assembly import Host
from milepost.host.language.evaluate import Evaluator
from milepost.host.language.source import Source
from milepost.host.language.tree import Block, Body, Call, Entry, Expression, Literal, Object
from milepost.host.language.values import Marked, SetValue, Unknown, Value
from milepost.host.language.walk import inside, references
from milepost.host.outside import User, world
from milepost.host.plugins.load import Plugins
from milepost.host.project.chosen import chosen
from milepost.host.project.config import app_config
from milepost.host.project.project import Project
from milepost.host.project.scope import Scope, app_scope
from milepost.host.project.scoping import INSIDE, Considered, Resolved
from milepost.host.project.settings import labelled, stage_scope
from milepost.host.project.stages import App
from milepost.host.project.variables import variables
from milepost.sdk.errors import ProjectFileError
from milepost.sdk.problem import Position
from milepost.sdk.request import Variable
from milepost.sdk.secret import Secret

SECRET = "secret"  # noqa: S105 - it stands for one and is none
"""What stands for a value that nobody may see."""

ASKED = ("secret", "dynamic", "configdynamic")
"""The functions whose values are asked of a source, which an explanation does not do."""

_STAGES = (" > build", " > registry", " > deploy", " > release")
_AFTER = {"artifact": "build", "deploy": "deploy"}


class Argument(NamedTuple):
    """An argument as it applies."""

    name: str
    """The way to it from its block: `use "local" > port`."""
    value: Any
    """As JSON has it; None beside a `pending`; secrets as `secret`."""
    pending: str
    """Why there is no value yet: `known after build`; empty where there is one."""
    written: str
    """As it stands in the file, on one line; empty where it is a secret."""
    position: Position


class Explained(NamedTuple):
    """A block: its bodies, and the arguments that come of those that apply."""

    place: str
    """`app "web" > deploy`."""
    considered: tuple[Considered, ...]
    arguments: tuple[Argument, ...]


class Explanation(NamedTuple):
    """What applies to one app."""

    app: str
    labels: Mapping[str, str]
    """Those of the project and the app, with those of the command line over them."""
    blocks: tuple[Explained, ...]


def explain(
    host: Host,
    workspace: str,
    app: str,
    given: tuple[Variable, ...] = (),
    labels: Mapping[str, str] = MappingProxyType({}),
) -> Explanation:
    """Return what applies to an app in a workspace. Raises ProjectFileError for what cannot be told."""
    project, block = host.project, host.project.apps[app]
    outside = world(project, Plugins(host.catalog), User(host.environment, host.folder), asks=False)
    known = variables(project, given, outside, workspace=workspace)
    scope = app_scope(project, block, workspace, known, outside)
    here, block, resolved = chosen(project, block, scope, labels, explain=True)
    scope = labelled(here, block, app_scope(here, block, workspace, known, outside), labels)
    told = {name: str(value) for name, value in scope.labels.items()}
    config, bodies = _config(here, block, scope), {each.place: each.body for each in resolved}
    blocks = (_Reading(_within(scope, each.place, bodies), config).explained(each) for each in resolved)
    return Explanation(app, told, tuple(blocks))


def _within(scope: Scope, place: str, bodies: Mapping[str, Body]) -> Scope:
    """Return the scope in the body at a place, where `labels` has those of the stage, too."""
    around = [bodies[name] for name in (place.rpartition(" > ")[0], place) if name.endswith(_STAGES)]
    try:
        return stage_scope(scope, *around)
    except ProjectFileError:
        # Labels of what is not built yet: the arguments are told as far as they do not need them.
        return scope


def _config(project: Project, app: App, scope: Scope) -> dict[Position, Value]:
    """Return the values of the config by their places; they use each other, so they come together."""
    try:
        return {each.position: each.value for each in app_config(project, app, scope).values}
    except ProjectFileError:
        # What is wrong in it is told by validate; the other blocks are explained all the same.
        return {}


class _Reading:
    """Reads the arguments of blocks in one scope."""

    def __init__(self, scope: Scope, config: Mapping[Position, Value]) -> None:
        self._scope, self._config = scope, config

    def explained(self, resolved: Resolved) -> Explained:
        """Return a block as it is told."""
        kind = resolved.place.rpartition(" > ")[2].partition(" ")[0]
        return Explained(resolved.place, resolved.considered, tuple(self._arguments(resolved.body, kind, "")))

    def _arguments(self, body: Body, kind: str, path: str) -> Iterator[Argument]:
        """Yield the arguments of a body and of the blocks in it that are not told apart."""
        for name, attribute in body.attributes.items():
            named = {name: attribute.value}
            if kind in ("config", "runner") and isinstance(attribute.value, Object):
                named = {f"{name} > {_key(each)}": each.value for each in attribute.value.entries}
            for each, value in named.items():
                yield self._argument(path + each, value, body.source)
        for block in body.blocks:
            if block.type in INSIDE.get(kind, ()):
                continue
            if not block.body.attributes and not block.body.blocks:
                yield Argument(path + _title(block), {}, "", "{}", block.position)
            else:
                yield from self._arguments(block.body, "use", f"{path}{_title(block)} > ")

    def _argument(self, name: str, expression: Expression, source: Source) -> Argument:
        position, written = expression.position, _written(expression, source)
        if _asks(expression):
            return Argument(name, SECRET, "", "", position)
        evaluator = Evaluator(self._scope)
        value = self._config.get(position) if position in self._config else evaluator.value(expression)
        if not evaluator.problems and not _holds_unknown(value):
            return Argument(name, shown(value), "", "" if _holds_secret(value) else written, position)
        later = [_AFTER[each.root] for each in references(expression) if each.root in _AFTER]
        pending = f"known after {later[0]}" if later else "known when it is deployed"
        return Argument(name, None, pending, written, position)


def _key(entry: Entry) -> str:
    """Return the name of an entry of an object, as far as it is written."""
    return str(entry.key.value) if isinstance(entry.key, Literal) else "(…)"


def _title(block: Block) -> str:
    return " ".join([block.type, *(f'"{each.text}"' for each in block.labels)])


def _asks(expression: Any) -> bool:
    """Return whether the value is asked of a source."""
    is_asked = isinstance(expression, Call) and expression.name in ASKED
    return is_asked or any(_asks(each) for each in inside(expression))


def _written(expression: Expression, source: Source) -> str:
    """Return an expression as it stands in the file; its first line with an ellipsis where there are more."""
    at = expression.position
    line = source.line(at.line)
    if at.end_line != at.line:
        return f"{line[at.column - 1 :].rstrip()} …"
    return line[at.column - 1 : at.end_column - 1]


def _holds_unknown(value: Any) -> bool:
    return isinstance(value, Unknown) or any(_holds_unknown(each) for each in _items(value))


def _holds_secret(value: Any) -> bool:
    return isinstance(value, (Secret, Marked)) or any(_holds_secret(each) for each in _items(value))


def _items(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def shown(value: Any) -> Any:
    """Return a value as JSON has it, each secret in it as `secret`."""
    if isinstance(value, (Secret, Marked)):
        return SECRET
    if isinstance(value, Mapping):
        return {name: shown(each) for name, each in value.items()}
    if isinstance(value, (list, SetValue)):
        return [shown(each) for each in value]
    if isinstance(value, Decimal):
        return float(value) if value != value.to_integral_value() else int(value)
    return value
