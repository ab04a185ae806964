"""The arguments of a block as a config class, field by field, each mistake with its path and place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from milepost.host.language.evaluate import Evaluator
from milepost.host.language.provenance import is_unknown
from milepost.host.language.tree import Block, Body, Expression, Items, Literal, Object
from milepost.host.project.convert import LEFT_OUT, Converter, Given, Wrong
from milepost.host.project.project import is_waypoint
from milepost.host.project.scope import Scope
from milepost.host.project.stages import Use
from milepost.sdk.config import PluginConfig
from milepost.sdk.problem import Position, Problem

ConfigT = TypeVar("ConfigT", bound=PluginConfig)
StructT = TypeVar("StructT", bound=Struct)


def decode(use: Use, config: type[ConfigT], scope: Scope) -> ConfigT:
    """Return a `use` block as the plugin's config. Raises ProjectFileError with all that is wrong with it."""
    return decode_body(use.body, config, scope, use.path)


def check(use: Use, config: type[PluginConfig], scope: Scope) -> tuple[Problem, ...]:
    """Return all that is wrong with a `use` block already; what is not known yet in the scope is passed over."""
    _, problems = read_body(use.body, config, scope, use.path, tolerant=True)
    return use.body.source.error(problems).problems


def decode_body(body: Body, kind: type[StructT], scope: Scope, where: str) -> StructT:
    """Return the arguments of a block as a struct. Raises ProjectFileError with all that is wrong."""
    decoded, problems = read_body(body, kind, scope, where, tolerant=False)
    if problems or decoded is None:
        raise body.source.error(problems)
    return decoded


def read_body(
    body: Body, kind: type[StructT], scope: Scope, where: str, *, tolerant: bool
) -> tuple[StructT | None, list[Problem]]:
    """Return the struct, or None, and what is wrong; `where` begins the path in the messages."""
    # Waypoint's plugins took `port = "80"` and `tag = 1`, so its files say such things.
    loose = is_waypoint(Path(body.source.file))
    evaluator, converter = Evaluator(scope), Converter(tolerant=tolerant, loose=loose)
    values = evaluated(body, evaluator)
    converted = converter.struct(values, kind, ())
    problems = [each._replace(message=f"{where}: {each.message}") for each in evaluator.problems]
    problems += [_problem(each, body, where) for each in converter.wrong]
    return (None if problems or converted is LEFT_OUT else converted), problems


def known_part(use: Use, scope: Scope) -> Use:
    """Return a `use` block without the arguments and blocks of which something is not known yet in the scope."""
    unknown = unknown_names(use, scope)
    return use._replace(body=use.body.part(lambda name: name not in unknown))


def unknown_names(use: Use, scope: Scope) -> frozenset[str]:
    """Return the arguments and blocks of a `use` block of which something is not known yet in the scope."""
    return frozenset(name for name, value in evaluated(use.body, Evaluator(scope)).items() if _is_unknown(value))


def _is_unknown(value: Any) -> bool:
    """Return whether something in an argument, or in a block, is not known yet."""
    if isinstance(value, Given):
        return any(map(_is_unknown, value.values.values()))
    if isinstance(value, list) and any(isinstance(each, Given) for each in value):
        return any(map(_is_unknown, value))
    return is_unknown(value) is not None


def evaluated(body: Body, evaluator: Evaluator) -> dict[str, Any]:
    """Return the values of a body's arguments, and of the blocks in it as lists by their type."""
    values: dict[str, Any] = {name: evaluator.value(each.value) for name, each in body.attributes.items()}
    for block in body.blocks:
        given = Given(tuple(each.text for each in block.labels), evaluated(block.body, evaluator))
        if block.type in body.attributes:
            message = f'"{block.type}" is an argument already, at line {body.attributes[block.type].position.line}'
            evaluator.problems.append(Problem(message, block.position, hint="leave one of them out"))
        else:
            values.setdefault(block.type, []).append(given)
    return values


def _problem(wrong: Wrong, body: Body, where: str) -> Problem:
    """Return what is wrong as a problem of the file: its path in words, its place as near as the file has it."""
    path = wrong.path[:-1] if wrong.of_name else wrong.path
    text = where
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f" > {step}"
    return Problem(f"{text}: {wrong.message}", _place(body, wrong), hint=wrong.hint)


def _place(body: Body, wrong: Wrong) -> Position:
    """Return the place of a path: of the value it leads to, or of the last one on its way that is written there."""
    node: _Node = body
    position = body.position
    for number, step in enumerate(wrong.path):
        is_last = number == len(wrong.path) - 1
        if is_last and wrong.of_name and (name := _name(node, step)):
            return name
        following = _inside(node, step)
        if following is None:
            break
        node = following
        position = node[0].position if isinstance(node, list) else node.position
    return position


_Node = Body | Expression | list[Block]


def _inside(node: _Node, step: str | int) -> _Node | None:
    """Return what a step of a path leads to."""
    if isinstance(node, list):
        return _chosen(node, step)
    if isinstance(node, Body):
        return node.value(str(step)) or list(node.of_type(str(step))) or None
    if isinstance(node, Items) and isinstance(step, int):
        return node.items[step]
    if isinstance(node, Object):
        return next((each.value for each in node.entries if _key(each.key) == step), None)
    return None


def _chosen(blocks: list[Block], step: str | int) -> _Node | None:
    """Return one of several blocks of a type by its number or label, or what stands in the only one."""
    if isinstance(step, int):
        return blocks[step].body
    labelled = next((each.body for each in blocks if each.labels and each.labels[0].text == step), None)
    return labelled or _inside(blocks[0].body, step)


def _name(node: _Node, step: str | int) -> Position | None:
    """Return the place of a name rather than of its value."""
    if isinstance(node, list):
        node = node[0].body
    if isinstance(node, Body):
        attribute = node.attributes.get(str(step))
        block = node.one(str(step))
        return attribute.position if attribute else block.position if block else None
    if isinstance(node, Object):
        return next((each.key.position for each in node.entries if _key(each.key) == step), None)
    return None


def _key(key: Expression) -> Any:
    return key.value if isinstance(key, Literal) else None
