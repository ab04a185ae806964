"""Which files of a folder belong to an app: the rules of git, of milepost, and of the project file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pathspec import GitIgnoreSpec

from milepost_local.disk import explained

IGNORE_FILES = (".gitignore", ".milepostignore")
"""Files that leave others out; what a later one says of a file wins."""

_OWN_FILES = ("milepost.hcl", "milepost.hcl.json", "waypoint.hcl", "waypoint.hcl.json", ".milepostignore")
"""What milepost itself reads at the top of an app's folder; it may tell of machines, accounts and folders."""
_OWN_ENDING = ".mpvars"
"""How the names of files with values of variables end."""


class _Rule(NamedTuple):
    """One line of an ignore file."""

    regex: re.Pattern[str]
    ignores: bool
    by_name: bool
    """It has no slash but at its end: it is about names, in whatever folder."""
    only_inside: bool
    """It ends with `/**`: it is about what is in the folder, not about the folder."""

    def fits(self, path: str) -> bool:
        """Whether it is about exactly this path; a folder's ends with a slash."""
        if self.by_name:
            path = path[path.rstrip("/").rfind("/") + 1 :]
        match = self.regex.search(path.rstrip("/") if self.only_inside else path)
        if match is None:
            return False
        # The library also fits what lies in a folder that fits; git looks at each folder by itself.
        folder = match.groupdict().get("ps_d")
        return folder is None or match.end("ps_d") == len(path)


class Rules(NamedTuple):
    """The patterns of one file or list, about paths below one folder."""

    below: str
    """The folder, relative to the root, with a slash at its end; empty for the root."""
    rules: tuple[_Rule, ...]

    def judge(self, path: str) -> bool | None:
        """Return whether the path is ignored; None if no pattern is about it. The last one that is wins."""
        own = path[len(self.below) :]
        return next((rule.ignores for rule in reversed(self.rules) if rule.fits(own)), None)


def parsed(lines: Iterable[str], below: str = "") -> Rules:
    """Return the rules that the lines of an ignore file say."""
    rules = []
    for line in lines:
        for pattern in GitIgnoreSpec.from_lines([line]).patterns:
            if pattern.regex is None or pattern.include is None:
                continue  # an empty line, or a comment
            text = line.strip().removeprefix("!").rstrip("/")
            regex = re.compile(pattern.regex.pattern)
            rules.append(_Rule(regex, pattern.include, "/" not in text, text.endswith("/**")))
    return Rules(below, tuple(rules))


def read_rules(folder: Path, name: str, below: str) -> Rules | None:
    """Return the rules of an ignore file in the folder; None if there is none. Raises OperationError."""
    path = folder / name
    with explained("reading an ignore file"):
        if not path.is_file():
            return None
        lines = path.read_text("utf-8-sig", errors="surrogateescape").splitlines()
    return parsed(lines, below)


def is_never_taken(name: str, *, at_top: bool) -> bool:
    """Whether no rule can bring in a file of this name: the repository, what holds secrets, milepost's own files."""
    if at_top and (name in _OWN_FILES or name.endswith(_OWN_ENDING)):
        return True
    return name == ".git" or name.startswith(".env")


class Filter:
    """Decides about paths, folder by folder from the root down."""

    def __init__(self, include: Iterable[str], exclude: Iterable[str]) -> None:
        self._include, self._exclude = parsed(include), parsed(exclude)

    @property
    def looks_everywhere(self) -> bool:
        """Whether an ignored folder may hold a file that is taken."""
        return bool(self._include.rules)

    def excludes(self, path: str) -> bool:
        """Whether the project file leaves the path out, whatever else is said of it."""
        return self._exclude.judge(path) is True

    def includes(self, path: str) -> bool:
        """Whether the project file takes the path although an ignore file leaves it out."""
        return self._include.judge(path) is True


def is_ignored(path: str, files: dict[str, tuple[Rules, ...]]) -> bool:
    """Return what the ignore files say of a path; `files` has, for each name, the rules from the root down."""
    ignored = False
    for name in IGNORE_FILES:
        verdicts = (rules.judge(path) for rules in reversed(files.get(name, ())))
        said = next((each for each in verdicts if each is not None), None)
        ignored = ignored if said is None else said
    return ignored
