"""The JSON Schema of `milepost.hcl.json`: what editors check such a file by. Made of what `reference` is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from milepost.host.project.foreign_blocks import STEPS
from milepost.host.project.json_types import COMMENT, Schema, struct_schema, value_schema
from milepost.host.project.meanings import SCOPES
from milepost.host.project.reference import argument, meaning_of
from milepost.host.project.schema import ROOT, Nested, Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ROLES = {
    "build": "builder",
    "registry": "registry",
    "deploy": "platform",
    "release": "releaser",
    "history": "history_store",
}
"""The role of the plugin that a stage, or the history, uses."""

EDITORS = {"$schema": {"description": "The schema by which editors check the file.", "type": "string"}}

Configs = Callable[[str], Mapping[str, type[Struct]]]
"""Returns the config classes of the installed plugins of a role, by the words after `use`."""


class _Known(NamedTuple):
    """A definition that was made already."""

    name: str
    shape: Shape
    key: str


def json_schema(configs: Configs = lambda role: {}) -> Schema:
    """Return the schema of a project file in JSON, as JSON values.

    A `use` block of a plugin that `configs` knows may have its arguments only; of another one, any.
    """
    made = _Making(configs)
    root = made.body("project file", (), ROOT)
    return {
        "$schema": DIALECT,
        "title": "A project file of milepost",
        "if": {"type": "array"},
        "then": {"items": {"$ref": "#/$defs/file"}},
        "else": {"$ref": "#/$defs/file"},
        "$defs": {"file": root, **made.definitions},
    }


class _Making:
    """Makes the definition of each block once."""

    def __init__(self, configs: Configs) -> None:
        self._configs = configs
        self._known: list[_Known] = []
        self.definitions: dict[str, Schema] = {}

    def body(self, name: str, path: tuple[str, ...], shape: Shape) -> Schema:
        """Return what may stand in a block."""
        kind = path[-2] if path and path[-1] in SCOPES and len(path) > 1 else name
        properties: Schema = {**COMMENT} if path else {**COMMENT, **EDITORS}
        for each in (*shape.required, *shape.arguments):
            known = argument(kind, each)
            properties[each] = {"description": known.meaning, **value_schema(known.kind, plain=known.plain)}
        for each, nested in shape.blocks.items():
            described = {"description": meaning_of((kind,) if path else (), each)}
            properties[each] = described | self._block(each, (*path, each), nested)
        required = [*shape.required, *(each for each, nested in shape.blocks.items() if nested.required)]
        found: Schema = {"type": "object", "properties": properties}
        if required:
            found["required"] = required
        return {**found, "additionalProperties": shape.anything}

    def _block(self, name: str, path: tuple[str, ...], nested: Nested) -> Schema:
        """Return what may be written for a block: its body or a list of such, below its label if it has one."""
        if name == "use":
            return self._labelled(self._use(path))
        body = {"$ref": f"#/$defs/{self._definition(name, path, nested.shape)}"}
        if not nested.label:
            return _several(body)
        return self._labelled({"additionalProperties": _several(body)}, several=True)

    def _labelled(self, names: Schema, *, several: bool = False) -> Schema:
        properties = {**COMMENT, **names.pop("properties", {})}
        return _several({"type": "object", "properties": properties, **names})

    def _definition(self, name: str, path: tuple[str, ...], shape: Shape) -> str:
        """Return the name of the definition of a block, which is made if it is not there yet."""
        kind = ".".join(path[-2:]) if path[-1] in SCOPES else name
        for each in self._known:
            if (each.name, each.shape) == (kind, shape):
                return each.key
        key = next(each for each in _keys(path) if each not in self.definitions)
        self._known.append(_Known(kind, shape, key))
        self.definitions[key] = {}
        self.definitions[key] = self.body(name, path, shape)
        return key

    def _use(self, path: tuple[str, ...]) -> Schema:
        """Return what may stand below `use`: one word, and what the plugin of that word takes."""
        around = [each for each in path[:-1] if each in (*_ROLES, "step")]
        if around and around[-1] == "step":
            steps = {word: _several(_open(dict.fromkeys(names, True), anything=False)) for word, names in STEPS.items()}
            return {"properties": steps, "additionalProperties": False}
        role = _ROLES[around[-1]]
        words = {word: _several(self._config(role, word, config)) for word, config in self._configs(role).items()}
        return {"properties": words, "additionalProperties": _several(_open({}, anything=True))}

    def _config(self, role: str, word: str, config: type[Struct]) -> Schema:
        """Return what a plugin takes."""
        key = f"{role} {word}".replace(" ", "-")
        if key not in self.definitions:
            self.definitions[key] = struct_schema(config)
        return {"$ref": f"#/$defs/{key}"}


def _keys(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return names for a definition, the shortest first."""
    return tuple("-".join(path[at:]) for at in range(len(path) - 1, -1, -1))


def _open(properties: Mapping[str, Any], *, anything: bool) -> Schema:
    return {"type": "object", "properties": {**COMMENT, **properties}, "additionalProperties": anything}


def _several(one: Schema) -> Schema:
    """Return what takes one object or a list of such; null is none."""
    # An editor tells what is wrong in the one object better than that none of several alternatives fits.
    return {"if": {"type": "array"}, "then": {"items": one}, "else": {"if": {"type": "null"}, "else": one}}
