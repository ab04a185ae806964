"""What `git.NAME` means: facts about the commit that the project's folder is at, asked of git when they are used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from milepost.host.language.values import Value

_QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "commit": ("rev-parse", "HEAD"),
    "short": ("rev-parse", "--short", "HEAD"),
    "branch": ("symbolic-ref", "--quiet", "--short", "HEAD"),
    "tag": ("describe", "--tags", "--exact-match", "HEAD"),
    "dirty": ("status", "--porcelain", "--", "."),
    "remote": ("remote", "get-url", "origin"),
}
NAMES = tuple(_QUESTIONS)
"""The names in `git`."""

_PASSWORD = re.compile(r"^(\w+://)[^/@]*@")


class GitNames(Mapping[str, Value]):
    """The facts by their names.

    `commit` and `short` are the hash in full and cut short, `branch` is the one that is checked out, `tag` is one
    that HEAD has, `dirty` says whether a file in the project's folder is changed or new, `remote` is the address of
    `origin`, without what it may hold to log in. What there is not, such as all of them outside of a repository,
    is null. A fact is asked for once, and only when it is used.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], ask: Callable[..., str | None]) -> None:
        """Make them for a folder; `ask` is that of `Outside.git`."""
        self._folder, self._environment, self._ask = folder, environment, ask
        self._known: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        """Return a fact. Raises KeyError for a name that is not in `NAMES`."""
        if name not in self._known:
            self._known[name] = _meaning(name, self._ask(self._folder, self._environment, *_QUESTIONS[name]))
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there is such a fact; git is not asked for that."""
        return name in _QUESTIONS

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(NAMES)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(NAMES)


def _meaning(name: str, told: str | None) -> Value:
    """Return what git's answer means."""
    if name == "dirty":
        return None if told is None else bool(told)
    return _PASSWORD.sub(r"\1", told) if told else None
