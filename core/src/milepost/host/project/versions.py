"""Versions, and constraints on them as HashiCorp's tools write them: `>= 0.4`, `~> 1.2`, `>= 1.0, != 1.3, < 2`.

A prerelease fulfils a constraint only if the constraint names a prerelease of the same version. `~> 1.2`
lets the last number grow: 1.2 and up to, not including, 2; `~> 1.2.3` up to 1.3.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_VERSION = re.compile(
    r"v?(?P<numbers>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>(?:a|b|c|rc|alpha|beta|pre|preview|dev)[-_.]?\d*(?:\.dev\d+)?|(?<=-)[0-9A-Za-z.-]+))?"
    r"(?:[-.]?post(?P<post>\d+))?(?:\+(?P<local>[0-9A-Za-z.-]+))?",
    re.IGNORECASE,
)
_CONSTRAINT = re.compile(r"\s*(?P<sign>=|!=|>=|<=|~>|>|<|)\s*(?P<version>[^\s=!<>~]+)\s*")
_WORDS = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
_LONGEST = 200
"""Characters that a version may have."""

_Part = tuple[int, int, str]
_END: _Part = (0, 0, "")


class VersionError(ValueError):
    """A text that is no version, or no constraint on one."""


class Version(NamedTuple):
    """A version, ordered as one expects: a prerelease comes before what it prepares."""

    numbers: tuple[int, ...]
    """At least three; what is not written is 0."""
    final: bool
    pre: tuple[_Part, ...]
    post: int
    written: int
    """How many numbers were written."""

    @property
    def order(self) -> tuple[tuple[int, ...], bool, tuple[_Part, ...], int]:
        """What two versions are compared by."""
        return self.numbers, self.final, self.pre, self.post


class Constraint(NamedTuple):
    """A sign and a version."""

    sign: str
    """One of `=`, `!=`, `>`, `>=`, `<`, `<=`, `~>`."""
    version: Version
    text: str
    """The version as written."""


def version_of(text: str) -> Version:
    """Return the version that a text is, as Python packages or semantic versions write it. Raises VersionError."""
    found = _VERSION.fullmatch(text.strip())
    if found is None or len(text) > _LONGEST:
        raise VersionError(f'"{text[:_LONGEST]}" is no version')
    numbers = tuple(map(int, found["numbers"].split(".")))
    padded = numbers + (0,) * (3 - len(numbers))
    pre = tuple(map(_part, re.findall(r"\d+|[A-Za-z]+", found["pre"] or "")))
    return Version(padded, not pre, (*pre, _END), int(found["post"] or 0), len(numbers))


def _part(text: str) -> _Part:
    """Return a part of a prerelease so that they compare: dev first, then numbers, then words."""
    word = _WORDS.get(text.lower(), text.lower())
    if word.isdecimal():
        return (1, int(word), "")
    return (-1, 0, "") if word == "dev" else (2, 0, word)


def constraints_of(text: str) -> tuple[Constraint, ...]:
    """Return the constraints that a text has, joined by commas. Raises VersionError."""
    found = []
    for each in text.split(","):
        parts = _CONSTRAINT.fullmatch(each)
        if parts is None:
            raise VersionError(f'"{each.strip()}" is no constraint on a version')
        found.append(Constraint(parts["sign"] or "=", version_of(parts["version"]), parts["version"]))
    return tuple(found)


def fulfils(version: str, constraints: tuple[Constraint, ...]) -> bool:
    """Return whether a version is as all constraints want it. Raises VersionError."""
    asked = version_of(version)
    return all(_fulfils(asked, each) for each in constraints)


def _fulfils(version: Version, constraint: Constraint) -> bool:
    sign, wanted = constraint.sign, constraint.version
    if sign in ("=", "!="):
        return (version.order == wanted.order) is (sign == "=")
    if not version.final and (wanted.final or version.numbers != wanted.numbers):
        return False
    match sign:
        case ">":
            return version.order > wanted.order
        case ">=":
            return version.order >= wanted.order
        case "<":
            return version.order < wanted.order
        case "<=":
            return version.order <= wanted.order
    kept = wanted.written - 1
    is_alike = version.final == wanted.final or wanted.final
    return is_alike and version.order >= wanted.order and version.numbers[:kept] == wanted.numbers[:kept]


def for_pip(constraints: tuple[Constraint, ...]) -> str:
    """Return the constraints as pip takes them behind a name: `>=1.2,<2`."""
    return ",".join(_for_pip(each) for each in constraints)


def _for_pip(constraint: Constraint) -> str:
    text = constraint.text.removeprefix("v")
    if constraint.sign != "~>":
        return f"{'==' if constraint.sign == '=' else constraint.sign}{text}"
    kept = constraint.version.numbers[: max(constraint.version.written - 1, 0)]
    if not kept:
        return f">={text}"
    return f">={text},<{'.'.join(map(str, (*kept[:-1], kept[-1] + 1)))}"
