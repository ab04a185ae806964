"""From a text to our tree: a whole file, one expression or one template; all that is wrong is said at once."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

from lark import Token, Tree

from milepost.host.language.source import Source
from milepost.host.language.syntax.body import Bodies
from milepost.host.language.syntax.expression import Lowering
from milepost.host.language.syntax.grammar import Refused, parse
from milepost.host.language.syntax.node import normal
from milepost.host.language.syntax.scan import scan
from milepost.host.language.syntax.scanned import Kind, Scanned
from milepost.host.language.tree import Body, Expression, Literal
from milepost.sdk.problem import Problem

_TRIES = 20
"""How many wrong items of a file are told at once."""


def lower(source: Source, cache: Path | None = None) -> Body:
    """Return the tree of a project file. Raises ProjectFileError with all that is wrong with its syntax.

    `cache` is a folder where the tables of the grammar may be kept.
    """
    scanned = scan(source)
    root, problems = _items(scanned, source, cache)
    lowering = Lowering(source, scanned)
    body = Bodies(lowering).file(root)
    if problems or lowering.problems:
        raise source.error([*problems, *lowering.problems])
    return body


def lower_value(source: Source, cache: Path | None = None) -> Expression:
    """Return the expression that a text is; new lines mean nothing in it. Raises ProjectFileError."""
    return _one(source, cache, "value")


def lower_template(source: Source, cache: Path | None = None) -> Expression:
    """Return what a text means as a template: only `${…}`, `%{…}` and their escapes mean something in it.

    Raises ProjectFileError.
    """
    if "${" not in source.text and "%{" not in source.text:
        return Literal(normal(source.text), source.position(0, len(source.text)))
    return _one(source, cache, "template")


def _one(source: Source, cache: Path | None, kind: Kind) -> Expression:
    scanned = scan(source, kind)
    found = parse(scanned.masked, source, cache, kind)
    if isinstance(found, Refused):
        raise source.error(scanned.problems if scanned.broken else [*scanned.problems, found.problem])
    lowering = Lowering(source, scanned)
    expression = lowering.expression(found if kind == "template" else found.children[0])
    if lowering.problems:
        raise source.error(lowering.problems)
    return expression


def _items(scanned: Scanned, source: Source, cache: Path | None) -> tuple[Tree[Token], list[Problem]]:
    """Return the body of a file without the items that are no HCL, and what is wrong with those."""
    masked, problems, last = scanned.masked, list[Problem](), -1
    for _ in range(_TRIES):
        found = parse(masked, source, cache)
        if not isinstance(found, Refused):
            body = found.children[0]
            assert isinstance(body, Tree), "a file is a body"
            return body, problems
        start, end = _item(scanned, found.offset)
        # What follows from an error is not told: an item of which a text is open, the next line of a broken one.
        goes_on = start == last and not masked[start:end].lstrip()[:1].isidentifier()
        if not goes_on and not any(start <= at <= end for at in scanned.broken):
            problems.append(found.problem)
        if not masked[start:end].strip():
            break
        masked, last = masked[:start] + " " * (end - start) + masked[end:], end
    raise source.error([*scanned.problems, *problems])


def _item(scanned: Scanned, offset: int) -> tuple[int, int]:
    """Return where the item of the file that an offset is in begins and ends."""
    number = bisect_left(scanned.ends, offset)
    start = scanned.ends[number - 1] if number else 0
    return start, scanned.ends[number] if number < len(scanned.ends) else len(scanned.masked)
