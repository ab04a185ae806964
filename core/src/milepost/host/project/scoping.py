"""Scopes: which body of a block applies in a workspace and with labels, and why.

In a `milepost.hcl` the default body is at the bottom. Over it lies each `label` body whose selector
selects the labels, in the file's order, and over all of them the `workspace` body of that name. How one
lies over another is told in `merging`. One with `replace = true` leaves nothing of what is below it.

In a `waypoint.hcl` one body applies, and nothing is laid over anything: that of the workspace, or else the
one with the longest selector that selects the labels, or else the default. As there, `labels` and
`registry` are those of the default body where the chosen one has none, and a `config` has all bodies
that apply over each other, name by name.

An `app` is looked at first, then the blocks in it. A selector sees the labels of the project and the app as
they apply here, over them those of its own block outside of scoped bodies, and over all those of `--label`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from milepost.host.language.tree import Block, Body, Literal
from milepost.host.project.merging import SCOPES, body_of, over, without_scopes
from milepost.host.project.selecting import selects
from milepost.sdk.problem import Position, Problem

INSIDE: Mapping[str, tuple[str, ...]] = {
    "": ("config",),
    "app": ("config", "build", "deploy", "release"),
    "build": ("registry",),
    "config": ("runner",),
}
"""The blocks of each block that may have scoped bodies; of the project itself under the empty name."""

Seen = Callable[[tuple[Body, ...]], Mapping[str, str]]
"""Returns the labels that a selector sees, of the bodies around it from the project on."""


class Considered(NamedTuple):
    """A body that a block has, and whether it applies here."""

    title: str
    """`default`, or the scope as it is written: `workspace "production"`."""
    position: Position
    applies: bool
    why: str


class Resolved(NamedTuple):
    """What became of a block's bodies."""

    place: str
    """`app "web"`, `app "web" > build`."""
    body: Body
    considered: tuple[Considered, ...]


def is_scoped(body: Body, kind: str) -> bool:
    """Return whether anything in a block depends on the workspace or on labels."""
    inside = INSIDE.get(kind, ())
    if kind and any(each.type in SCOPES for each in body.blocks):
        return True
    return any(is_scoped(each.body, each.type) for each in body.blocks if each.type in inside)


class Scoping:
    """Chooses bodies for a workspace and for labels, and keeps what it considered."""

    def __init__(self, workspace: str, seen: Seen, *, whole: bool) -> None:
        """Make it for a workspace; `whole`: a scoped body replaces the default one, as in a `waypoint.hcl`."""
        self._workspace, self._seen, self._whole = workspace, seen, whole
        self.resolved: list[Resolved] = []
        self.problems: list[Problem] = []
        """Selectors that took too long."""

    def body(self, body: Body, kind: str, place: str, around: tuple[Body, ...] = ()) -> Body:
        """Return a block's body as it applies here, all that is in it, too, without any scoped body."""
        chosen = self._chosen(body, kind, place, (*around, body)) if kind else body
        path = f"{place} > " if place else ""
        blocks = tuple(
            each._replace(body=self.body(each.body, each.type, path + each.type, (*around, chosen)))
            if each.type in INSIDE.get(kind, ())
            else each
            for each in chosen.blocks
        )
        return body_of((chosen.attributes, blocks), chosen)

    def _chosen(self, body: Body, kind: str, place: str, around: tuple[Body, ...]) -> Body:
        scopes = [each for each in body.blocks if each.type in SCOPES]
        asked = [(each, *self._applies(each, around)) for each in scopes]
        below = [block for block, applies, _ in asked if applies]
        layers, reasons = _layers(below, kind, whole=self._whole)
        chosen = laid(body, layers, kind, whole=self._whole)
        out = "" if not layers or not _is_alone(layers[0], kind, whole=self._whole) else _title(layers[0])
        default = Considered("default", body.position, not out, f"{out} stands in its place" if out else "always")
        considered = [
            Considered(_title(block), block.position, block in layers, reasons.get(_title(block), why))
            for block, _, why in asked
        ]
        self.resolved.append(Resolved(place, chosen, (default, *considered)))
        return chosen

    def _applies(self, block: Block, around: tuple[Body, ...]) -> tuple[bool, str]:
        """Return whether a scope is that of here, and why."""
        if block.type == "workspace":
            here = f"the workspace is {self._workspace}"
            return block.labels[0].text == self._workspace, here
        labels = self._seen(around)
        written = ", ".join(f"{name}={value}" for name, value in sorted(labels.items())) or "none"
        applies = selects(block.labels[0], labels, self.problems)
        return applies, f"the labels are {written}"


def laid(body: Body, layers: list[Block], kind: str, *, whole: bool) -> Body:
    """Return the default body of a block with the scoped ones over it, from the lowest to the highest."""
    chosen = without_scopes(body)
    for each in layers:
        if not _is_alone(each, kind, whole=whole):
            chosen = over(chosen, each.body, kind)
        elif whole:
            kept = chosen.part(lambda name: name in ("labels", "registry"))
            chosen = _with(kept, each.body)
        else:
            chosen = each.body.part(lambda name: name != "replace")
    return chosen


def _with(kept: Body, body: Body) -> Body:
    """Return a body with what is kept of the default one where it says nothing of it."""
    kept = kept.part(lambda name: name not in body.attributes and not body.of_type(name))
    return body_of(({**kept.attributes, **body.attributes}, (*kept.blocks, *body.blocks)), body)


def variants(body: Body, kind: str, *, whole: bool) -> tuple[Body, ...]:
    """Return the forms that a block can take: the default, and one for each scoped body in it, alone over it."""
    scopes = [each for each in body.blocks if each.type in SCOPES] if kind else []
    forms = [laid(body, layers, kind, whole=whole) for layers in ([], *([each] for each in scopes))]
    return tuple(inner for form in forms for inner in _inside(form, kind, whole=whole))


def _inside(form: Body, kind: str, *, whole: bool) -> list[Body]:
    """Return a body with the default of all blocks in it, then with each other form of one of them."""
    forms = [
        variants(each.body, each.type, whole=whole) if each.type in INSIDE.get(kind, ()) else (each.body,)
        for each in form.blocks
    ]
    default = [each._replace(body=bodies[0]) for each, bodies in zip(form.blocks, forms, strict=True)]
    found = [body_of((form.attributes, tuple(default)), form)]
    for index, bodies in enumerate(forms):
        for body in bodies[1:]:
            blocks = (*default[:index], default[index]._replace(body=body), *default[index + 1 :])
            found.append(body_of((form.attributes, blocks), form))
    return found


def _layers(applying: list[Block], kind: str, *, whole: bool) -> tuple[list[Block], dict[str, str]]:
    """Return the bodies that lie over the default, lowest first, and why others that apply do not."""
    labels = [each for each in applying if each.type == "label"]
    workspaces = [each for each in applying if each.type == "workspace"]
    if whole:
        labels = sorted(labels, key=lambda each: len(each.labels[0].text))
    layers = labels + workspaces
    alone = max((index for index, each in enumerate(layers) if _is_alone(each, kind, whole=whole)), default=0)
    if not layers or not _is_alone(layers[alone], kind, whole=whole):
        return layers, {}
    why = f"{_title(layers[alone])} stands in its place"
    return layers[alone:], {_title(each): why for each in layers[:alone]}


def _is_alone(block: Block, kind: str, *, whole: bool) -> bool:
    """Return whether a scoped body leaves nothing of what is below it."""
    value = block.body.value("replace")
    return (whole and kind not in ("config", "runner")) or (isinstance(value, Literal) and value.value is True)


def _title(block: Block) -> str:
    return f'{block.type} "{block.labels[0].text}"'
