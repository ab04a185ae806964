"""Types of arguments as JSON Schema: what may be written for a value, a template in place of it included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct, structs

from milepost.host.project.meanings import Several, Type
from milepost.host.project.wording import alternatives, bare, is_union
from milepost.sdk.secret import Secret

Schema = dict[str, Any]

TEMPLATE: Schema = {"type": "string", "pattern": r"[$%]\{"}
"""A text in which something is evaluated; what comes of it cannot be known here."""

DURATION = r"^([0-9]+(\.[0-9]+)?(ms|h|m|s))+$|[$%]\{"
COMMENT = {"//": {"description": "A comment."}}

_LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_SIZES = {"min_length": ("minLength", "minItems"), "max_length": ("maxLength", "maxItems")}


def value_schema(kind: Any, *, plain: bool = False) -> Schema:
    """Return what a value of a type may be; one that is `plain` cannot be a template."""
    found = _schema(kind, plain)
    return found if plain or _takes_any_text(found) else _either([found, TEMPLATE])


def struct_schema(config: type[Struct]) -> Schema:
    """Return what may stand in an object that is read into a class."""
    fields = structs.fields(config)
    properties = {each.encode_name: _described(each.type) for each in fields}
    needed = [each.encode_name for each in fields if each.default is NODEFAULT and each.default_factory is NODEFAULT]
    required = {"required": needed} if needed else {}
    return {"type": "object", "properties": {**COMMENT, **properties}, **required, "additionalProperties": False}


def _described(kind: Any) -> Schema:
    texts = [each.description for each in _metas(kind) if each.description]
    return value_schema(kind) | ({"description": texts[0]} if texts else {})


def _metas(kind: Any) -> list[Meta]:
    return [each for each in get_args(kind)[1:] if isinstance(each, Meta)] if get_origin(kind) is Annotated else []


def _schema(kind: Any, plain: bool) -> Schema:
    if get_origin(kind) is Annotated:
        found = _schema(get_args(kind)[0], plain)
        for each in _metas(kind):
            found = found | _limits(each, found)
        return found
    if is_union(kind):
        null = [{"type": "null"}] if type(None) in get_args(kind) else []
        return _either([*(_schema(each, plain) for each in alternatives(kind)), *null])
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (list, tuple, set, frozenset) or kind in (list, tuple, set):
        return {"type": "array", "items": value_schema(arguments[0], plain=plain) if arguments else True}
    if origin is dict or kind is dict:
        return {"type": "object", "additionalProperties": _item(arguments[1], plain) if arguments else True}
    return _single(kind)


def _item(kind: Any, plain: bool) -> Schema:
    """Return what an item of a map may be: one of texts takes numbers and truth values, too."""
    texts = bare(kind) is str or (is_union(kind) and any(bare(each) is str for each in alternatives(kind)))
    return {"type": ["string", "number", "boolean"]} if texts else value_schema(kind, plain=plain)


def _single(kind: Any) -> Schema:
    known: Mapping[Any, Schema] = {
        str: {"type": "string"},
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        float: {"type": ["number", "string"], "pattern": DURATION},
        Type: {"type": "string"},
        Several: {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
    }
    if kind in known:
        return dict(known[kind])
    if isinstance(kind, type) and issubclass(kind, Secret):
        return {"type": "string"}
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _nested(struct_schema(kind))
    return {}


def _nested(body: Schema) -> Schema:
    """Return what stands for one block of a plugin's, or several."""
    return _either([body, {"type": "array", "items": body}])


def _limits(meta: Meta, found: Schema) -> Schema:
    """Return the limits of a value that a description of its type gives."""
    limits = {name: getattr(meta, each) for each, name in _LIMITS.items() if getattr(meta, each) is not None}
    of_list = found.get("type") == "array"
    for each, (text, items) in _SIZES.items():
        if getattr(meta, each) is not None:
            limits[items if of_list else text] = getattr(meta, each)
    if meta.pattern is not None:
        # A template may become a text that fits.
        limits["pattern"] = rf"{meta.pattern}|[$%]\{{"
    return limits


def _takes_any_text(schema: Schema) -> bool:
    """Return whether a template is among the values anyway."""
    if not schema:
        return True
    if "anyOf" in schema:
        return any(map(_takes_any_text, schema["anyOf"]))
    named = schema.get("type")
    return named == "string" or (isinstance(named, list) and "string" in named)


def _either(schemas: list[Schema]) -> Schema:
    """Return what takes what any of several takes."""
    flat: list[Schema] = []
    for each in schemas:
        inner = each["anyOf"] if list(each) == ["anyOf"] else [each]
        flat += [one for one in inner if one not in flat]
    return flat[0] if len(flat) == 1 else {"anyOf": flat}
