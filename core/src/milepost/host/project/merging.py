"""Laying one body over another: what a scoped body of a `milepost.hcl` does to the default one.

Arguments replace those of the same name. A `use` of the same word is laid over the default's, one of
another word takes its place. Blocks without a name that may come several times (`hook`) are added
after the default's; those with a name (`task`) take the place of the one of the same name, or are
added. Other blocks are laid over each other in turn. In a `config` block `env`, `internal` and
`file` are laid over each other name by name.
"""

from __future__ import annotations

from collections.abc import Mapping

from milepost.host.language.tree import Attribute, Block, Body, Call, Content, Entry, Expression, Literal, Object

SCOPES = ("workspace", "label")
"""The blocks that hold a scoped body."""

_BY_NAME = ("env", "internal", "file")
_ADDED = ("hook", *SCOPES)
_INSTEAD = ("task",)
_EITHER = {"use": "from", "from": "use"}
"""What a `build` has one or the other of."""


def body_of(content: Content, like: Body) -> Body:
    """Return a body with that content, at the place of another one."""
    return Body(lambda: content, like.position, like.source)


def without_scopes(body: Body) -> Body:
    """Return a body without its scoped ones."""
    return body.part(lambda name: name not in SCOPES)


def over(default: Body, body: Body, kind: str) -> Body:
    """Return the default body of a block of that kind with another one laid over it."""
    below = [each for each in default.blocks if not _is_given(each.type, body, kind, as_argument=True)]
    attributes = {
        name: each for name, each in default.attributes.items() if not _is_given(name, body, kind, as_argument=False)
    }
    content = {**attributes, **_attributes(default, body, kind)}, _blocks(below, body.blocks, kind)
    return body_of(content, body)


def _is_given(name: str, body: Body, kind: str, *, as_argument: bool) -> bool:
    """Return whether a body says in another form, or by another word, what the default one says."""
    given = body.attributes if as_argument else [each.type for each in body.blocks]
    other = _EITHER.get(name) if kind == "build" else None
    return name in given or (other is not None and (other in body.attributes or bool(body.of_type(other))))


def _attributes(default: Body, body: Body, kind: str) -> Mapping[str, Attribute]:
    """Return the arguments that a scoped body gives; those of a `config` with the default's names below theirs."""
    found = {name: each for name, each in body.attributes.items() if name != "replace" or kind == "use"}
    if kind not in ("config", "runner"):
        return found
    for name in _BY_NAME:
        below = default.value(name)
        if name in found and below is not None:
            found[name] = found[name]._replace(value=_names_over(below, found[name].value))
    return found


def _names_over(below: Expression, above: Expression) -> Expression:
    """Return an object with another one over it; what is not written as objects is merged when it is evaluated."""
    if not isinstance(below, Object) or not isinstance(above, Object):
        return Call("merge", (below, above), False, above.position)
    names = {_name(each) for each in above.entries} - {None}
    return Object((*(each for each in below.entries if _name(each) not in names), *above.entries), above.position)


def _name(entry: Entry) -> str | None:
    """Return the name of an entry, where it is written as such."""
    key = entry.key
    return key.value if isinstance(key, Literal) and isinstance(key.value, str) else None


def _blocks(below: list[Block], above: tuple[Block, ...], kind: str) -> tuple[Block, ...]:
    """Return the blocks of a body with those of another one over them."""
    found = below
    for key in dict.fromkeys(map(_key, above)):
        those = [each for each in above if _key(each) == key]
        is_added = key[0] in _ADDED and kind != "use"
        found = found + those if is_added else _in_place(found, key, those, kind)
    return tuple(found)


def _in_place(found: list[Block], key: tuple[str, ...], those: list[Block], kind: str) -> list[Block]:
    """Return the blocks with the given ones in the place of those of the same key; behind all where there are none."""
    places = [index for index, each in enumerate(found) if _key(each) == key]
    if len(places) == len(those) == 1:
        those = [_block_over(found[places[0]], those[0], kind)]
    at = places[0] if places else len(found)
    return found[:at] + those + [each for each in found[at:] if _key(each) != key]


def _key(block: Block) -> tuple[str, ...]:
    """Return what makes two blocks the same one: type and labels; of `use`, the type alone."""
    return (block.type,) if block.type == "use" else (block.type, *(each.text for each in block.labels))


def _block_over(below: Block, above: Block, kind: str) -> Block:
    """Return a block with another one over it."""
    if kind == "use":
        return above._replace(body=over(below.body, above.body, "use"))
    other_word = [each.text for each in below.labels] != [each.text for each in above.labels]
    if other_word or above.type in _INSTEAD:
        return above
    return above._replace(body=over(below.body, above.body, above.type))
