"""RE2's syntax of patterns, in which none of them looks around or back; translated to that of the package regex."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from milepost.host.language.functions.re2_classes import (
    PatternError,
    bracketed,
    character,
    in_brackets,
    literal,
    named_class,
)

LONGEST = 10_000
"""Characters that a pattern may have."""

_DEEPEST = 50
_MOST_REPEATS = 1000
_MOST_IN_ALL = 20_000
_REPEAT = re.compile(
    r"(?:(?P<sign>[*+?])|\{(?P<least>0|[1-9]\d*)(?P<comma>,(?P<most>0|[1-9]\d*)?)?\})(?P<lazy>\??)", re.ASCII
)
_NAMED_GROUP = re.compile(r"\(\?P?<(?P<name>[A-Za-z0-9_]+)>")
_FLAGS = re.compile(r"\(\?(?P<on>[imsU]*)(?P<minus>-(?P<off>[imsU]+))?(?P<end>[:)])")
_WORD = "[0-9A-Za-z_]"
_ASSERTIONS: Mapping[str, str] = {
    "A": r"(?:\A)",
    "z": r"(?:\Z)",
    "b": f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
    "B": f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))",
}
_REFUSED: Mapping[str, str] = {
    "(?=": "looks ahead",
    "(?!": "looks ahead",
    "(?<=": "looks behind",
    "(?<!": "looks behind",
    "(?P=": "goes back to a group (a backreference)",
    "(?>": "is an atomic group",
    "(?#": "is a comment",
    "(?(": "is a condition",
}


class Translation(NamedTuple):
    """A pattern in the syntax of the package regex, and the names of its groups; empty for one without a name."""

    source: str
    groups: tuple[str, ...]


def translated(pattern: str) -> Translation:
    """Return a pattern of RE2's syntax in that of the package regex. Raises PatternError."""
    if len(pattern) > LONGEST:
        raise PatternError(f"it has {len(pattern)} characters; at most {LONGEST} are taken")
    return _Translator(pattern).translated()


class _Level(NamedTuple):
    """What holds outside of a group, for its end."""

    flags: frozenset[str]
    repeats: int


class _Translator:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.out: list[str] = []
        self.groups: list[str] = []
        self.levels: list[_Level] = []
        self.flags: frozenset[str] = frozenset()
        self.last = 0
        """How often what was just read can be repeated by itself; 0 if it cannot be repeated, -1 if it is already."""
        self.repeats = 1
        """The most of these in this group."""
        self.in_all = 0

    def translated(self) -> Translation:
        while self.at < len(self.text):
            self._WORK.get(self.text[self.at], _Translator._plain)(self)
        if self.levels:
            raise PatternError("a parenthesis is not closed")
        return Translation("".join(self.out), tuple(self.groups))

    def _put(self, source: str, end: int, repeats: int = 1) -> None:
        self.out.append(source)
        self.at, self.last = end, repeats

    def _cased(self, source: str, end: int) -> None:
        self._put(f"(?i:{source})" if "i" in self.flags else source, end)

    def _plain(self) -> None:
        found, end = character(self.text, self.at)
        self._cased(literal(found), end)

    def _class(self) -> None:
        self._cased(*bracketed(self.text, self.at))

    def _dot(self) -> None:
        self._put("(?s:.)" if "s" in self.flags else r"[^\n]", self.at + 1)

    def _start(self) -> None:
        self._put("(?m:^)" if "m" in self.flags else r"(?:\A)", self.at + 1)

    def _end(self) -> None:
        self._put("(?m:$)" if "m" in self.flags else r"(?:\Z)", self.at + 1)

    def _or(self) -> None:
        self._put("|", self.at + 1, 0)

    def _escape(self) -> None:
        kind = self.text[self.at + 1 : self.at + 2]
        if kind == "Q":
            self._quoted()
        elif kind in _ASSERTIONS:
            self._put(_ASSERTIONS[kind], self.at + 2)
        elif (found := named_class(self.text, self.at)) is not None:
            self._cased(in_brackets(found.source), found.end)
        else:
            self._plain()

    def _quoted(self) -> None:
        quoted, _, _ = self.text[self.at + 2 :].partition("\\E")
        end = min(self.at + 2 + len(quoted) + 2, len(self.text))
        for each in quoted:
            self._cased(literal(each), end)
        self.at = end

    def _repeat(self) -> None:
        found = _REPEAT.match(self.text, self.at)
        if found is None:
            self._plain()
        else:
            self._repeated(found)

    def _repeated(self, found: re.Match[str]) -> None:
        if self.last == 0:
            raise PatternError(f"before {found[0]} stands nothing that could be repeated")
        if self.last < 0:
            raise PatternError(f"{found[0]} repeats a repetition; parentheses say what is meant")
        repeats = self.last * self._times(found)
        self.repeats = max(self.repeats, repeats)
        self.in_all += repeats
        if self.repeats > _MOST_REPEATS or self.in_all > _MOST_IN_ALL:
            raise PatternError(
                f"{found[0]} makes more than {_MOST_REPEATS} repetitions of one thing, or too many in all"
            )
        lazy = bool(found["lazy"]) is not ("U" in self.flags)
        self._put(found[0].removesuffix("?" if found["lazy"] else "") + "?" * lazy, found.end(), -1)

    def _times(self, found: re.Match[str]) -> int:
        if found["sign"]:
            return 1
        numbers = [int(each) for each in (found["least"], found["most"]) if each and len(each) < 5]
        if len(numbers) < bool(found["least"]) + bool(found["most"]) or max(numbers) > _MOST_REPEATS:
            raise PatternError(f"{found[0]} repeats more than {_MOST_REPEATS} times")
        if numbers != sorted(numbers):
            raise PatternError(f"in {found[0]} the first number is above the second")
        return max(numbers[-1], 1)

    def _open(self) -> None:
        named = _NAMED_GROUP.match(self.text, self.at)
        flags = _FLAGS.match(self.text, self.at)
        if named:
            self._group("(", named.end())
            self.groups.append(named["name"])
        elif flags:
            self._flagged(flags)
        elif self.text.startswith("(?", self.at):
            raise self._refused()
        else:
            self._group("(", self.at + 1)
            self.groups.append("")

    def _flagged(self, found: re.Match[str]) -> None:
        inside = (self.flags | set(found["on"])) - set(found["off"] or "")
        if found["end"] == ":":
            self._group("(?:", found.end())
        else:
            self._put("", found.end(), 0)
        self.flags = inside

    def _group(self, source: str, end: int) -> None:
        self.levels.append(_Level(self.flags, self.repeats))
        if len(self.levels) > _DEEPEST:
            raise PatternError(f"its groups are nested more than {_DEEPEST} deep")
        self.repeats = 1
        self._put(source, end, 0)

    def _close(self) -> None:
        if not self.levels:
            raise PatternError("a parenthesis is closed that was not opened")
        inner = self.repeats
        self.flags, outer = self.levels.pop()
        self.repeats = max(outer, inner)
        self._put(")", self.at + 1, inner)

    def _refused(self) -> PatternError:
        rest = self.text[self.at :]
        for start, what in _REFUSED.items():
            if rest.startswith(start):
                return PatternError(f"{start}…) {what}, which RE2 does not have")
        return PatternError(f"{rest[:8]} is no group that RE2 has")

    _WORK: Mapping[str, Callable[[_Translator], None]] = {
        "\\": _escape,
        "[": _class,
        "(": _open,
        ")": _close,
        "|": _or,
        ".": _dot,
        "^": _start,
        "$": _end,
        **dict.fromkeys("*+?{", _repeat),
    }
