"""Where in a project file an expression stands, as far as it matters for what is known there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias

from milepost.host.language.tree import Block, Body, Expression
from milepost.host.language.walk import expressions

Place: TypeAlias = Literal[
    "outside", "config", "build", "registry", "deploy", "release", "local", "type", "default", "validation"
]
"""`outside` is all else that comes before an app's first stage; the last three are parts of a variable's block."""

_INNER: Mapping[Place, Mapping[str, Place]] = {
    "outside": {
        "config": "config",
        "build": "build",
        "registry": "registry",
        "deploy": "deploy",
        "release": "release",
        "locals": "local",
        "validation": "validation",
    },
    "build": {"registry": "registry"},
}
_ALL_OF = ("use", "pipeline", "plugin")
"""Blocks in which others have names of their own: what is called `deploy` there is no stage."""


class Placed(NamedTuple):
    """An expression and where it stands."""

    expression: Expression
    place: Place


def placed(body: Body, place: Place = "outside") -> Iterator[Placed]:
    """Yield the expressions in a body and in all blocks in it, in the bodies for other workspaces and labels too."""
    for attribute in body.attributes.values():
        yield Placed(attribute.value, place)
    for block in body.blocks:
        if block.type in _ALL_OF:
            yield from (Placed(each, place) for each in expressions(block.body))
        elif block.type == "variable" and place == "outside":
            yield from _variable(block)
        else:
            yield from placed(block.body, _INNER.get(place, {}).get(block.type, place))


def _variable(block: Block) -> Iterator[Placed]:
    """Yield what stands in a variable's block; what is none of an expression's is left out."""
    places: Mapping[str, Place] = {"type": "type", "default": "default"}
    for name, attribute in block.body.attributes.items():
        yield Placed(attribute.value, places.get(name, "outside"))
    for each in block.body.blocks:
        yield from placed(each.body, "validation")
