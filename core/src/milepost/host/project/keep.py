"""How much of the history the project file wants kept: `history { keep { … } }`, and what a rollback needs of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from milepost.host.language.tree import Block, Body, Expression, Literal, Number
from milepost.sdk.problem import Problem

_DAY = 86400.0


class Rule(NamedTuple):
    """How long runs stay: what one of the two keeps, stays; with neither, all do."""

    runs: int | None = None
    """How many of the newest runs of each workspace stay."""
    age: float | None = None
    """How old a run may be, in seconds."""
    output: float | None = None
    """How old the output of an operation may be, in seconds; None: as old as its run."""


class Keep(NamedTuple):
    """What the project file says about keeping its history."""

    rule: Rule = Rule()
    verbs: Mapping[str, Rule] = {}
    """Rules for the runs of one verb, in place of the one for all."""

    def of(self, verb: str) -> Rule:
        """Return the rule for the runs of a verb."""
        return self.verbs.get(verb, self.rule)

    @property
    def asks(self) -> bool:
        """Whether anything is ever to be removed."""
        return any(rule != Rule() for rule in (self.rule, *self.verbs.values()))


def keep(body: Body, problems: list[Problem]) -> Keep:
    """Return what the `keep` block of the `history` block says; what is wrong is reported and left out."""
    history = body.one("history")
    block = history.body.one("keep") if history else None
    if block is None:
        return Keep()
    verbs = {each.labels[0].text: _rule(each, problems) for each in block.body.of_type("verb") if each.labels}
    return Keep(_rule(block, problems), verbs)


def kept_releases(body: Body) -> int | None:
    """Return how many former releases an app may be rolled back to, by its block; None where it has to be evaluated.

    Of several numbers, as each workspace may have its own, it is the greatest.
    """
    found = [1]
    for value in _everywhere(body, "keep_releases"):
        if not isinstance(value, Number) or not value.text.isdigit():
            return None
        found.append(int(value.text))
    return max(found)


def _everywhere(body: Body, name: str) -> Iterator[Expression]:
    """Yield the values of an argument in a body and in all within it that are for one workspace or label."""
    value = body.value(name)
    if value is not None:
        yield value
    for block in (*body.of_type("workspace"), *body.of_type("label")):
        yield from _everywhere(block.body, name)


def _rule(block: Block, problems: list[Problem]) -> Rule:
    """Return what a block says."""
    return Rule(
        _count(block.body, "runs", problems),
        _length(block.body, "age", problems),
        _length(block.body, "output", problems),
    )


def _count(body: Body, name: str, problems: list[Problem]) -> int | None:
    """Return a plain whole number above zero; None if it is missing, or wrong and reported."""
    value = body.value(name)
    if value is None:
        return None
    if isinstance(value, Number) and value.text.isdigit() and int(value.text) > 0:
        return int(value.text)
    message = f"{name}: expected a whole number above 0, because it is read before anything is evaluated"
    problems.append(Problem(message, value.position, hint=f"write {name} = 1000"))
    return None


def _length(body: Body, name: str, problems: list[Problem]) -> float | None:
    """Return a plain length of time in seconds; None if it is missing, or wrong and reported."""
    value = body.value(name)
    if value is None:
        return None
    found = age(value.value) if isinstance(value, Literal) and isinstance(value.value, str) else None
    if not found:
        message = f"{name}: expected a length of time as a plain text, such as 90d or 12h"
        problems.append(Problem(message, value.position, hint=f'write {name} = "90d"'))
    return found or None


def age(text: str) -> float | None:
    """Return the seconds of a length of time such as `365d` or `1d12h`; None if it is not one."""
    from milepost.host.project.duration import seconds  # noqa: PLC0415 - few files say it, and lists must be quick

    days, rest = re.fullmatch(r"(?:(\d+)d)?(.*)", text, re.ASCII).groups()  # type: ignore[union-attr]  # the pattern fits every line
    more = seconds(rest) if rest else 0.0
    if more is None or not text:
        return None
    return int(days or 0) * _DAY + more
